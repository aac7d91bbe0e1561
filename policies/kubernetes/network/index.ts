export type { Answer, Port, RuleRef, Verdict } from "./answer";
export type { Addressing } from "./blocks";
export { Network } from "./evaluator";
export { isIsolated, isolatedDirections } from "./isolation";
export type { Party, PodParty } from "./parties";
export { addressParty, ANYWHERE, strangerParty } from "./parties";
export * from "./policy";
export type { PortRange } from "./ports";
export { ALL_PORTS } from "./ports";
