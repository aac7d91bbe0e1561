export type { KubernetesObject } from "./kubernetes/objects.js";
export * from "./model.js";
export { GUARDS } from "./plan/guards.js";
export { checkedPolicy, parseResponsePolicy, PolicyError, policySchema } from "./plan/policy.js";
export type { ResponsePolicy } from "./plan/policy.js";
export { TRAITS } from "./plan/traits.js";
export { MessageListError, readEvents, simulate } from "./simulate.js";
export type { SimulatedDecision, SimulationInput } from "./simulate.js";
