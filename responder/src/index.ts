export { correlate } from "./analyze/correlate.js";
export * from "./model.js";
export { GUARDS } from "./plan/guards.js";
export { plan } from "./plan/planner.js";
export { checkedPolicy, parseResponsePolicy, PolicyError, policySchema } from "./plan/policy.js";
export type { ResponsePolicy } from "./plan/policy.js";
export { TRAITS } from "./plan/traits.js";
