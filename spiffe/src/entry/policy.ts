/** `@x0tta6bl4/spiffe/policy`: authorization policies in YAML. Needs the package yaml. */
import "../runtime.js";

export { loadPolicy, parsePolicy } from "../policy.js";
export { watchDenyList, watchPolicy } from "../policy-watch.js";
export type { PolicyWatchOptions, WatchedPolicy } from "../policy-watch.js";
