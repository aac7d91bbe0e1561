/** `@x0tta6bl4/spiffe/policy`: authorization policies in YAML. Needs the package yaml. */
export { loadPolicy, parsePolicy } from "../policy.js";
