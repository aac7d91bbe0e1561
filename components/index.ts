/*
 * The public door of the components: what other programs import as @x0tta6bl4/foundation, and index.ts of this repository
 * imports too. What is behind no line here is free to change.
 */
export type { AccessArgs, AccessGrant } from "./access";
export { Access } from "./access";
export type { Config, Settings } from "./areas";
export { loadConfig } from "./config";
export type { Outputs } from "./area";
export type { Place } from "./deploy";
export { deployFoundation } from "./deploy";
export type { FalcoArgs } from "./falco/falco";
export { Falco } from "./falco/falco";
export type { GuardNamespacesArgs } from "./guards";
export { GuardNamespaces } from "./guards";
export type { Image, ImageName } from "./images";
export { Images } from "./images";
export type { GuardedNamespaceArgs, PodSecurityLevel, QuotaSettings } from "./namespace";
export { GuardedNamespace } from "./namespace";
export type { Flow, FlowPort, Peer } from "./network/flows";
export type { AllowedFlowsArgs } from "./network/network";
export { AllowedFlows } from "./network/network";
export { apiServerFlow, dnsFlow, metricsFlow } from "./network/standard";
export type { SurroundingsArgs } from "./shared";
export { clusterOf } from "./shared";
export type { SpireArgs } from "./spire/spire";
export { Spire } from "./spire/spire";
export type { WorkloadIdentityArgs } from "./spire/workload-identity";
export { podIdentity, WorkloadIdentity } from "./spire/workload-identity";
export type { FoundationArgs } from "./whole";
export { Foundation } from "./whole";
export type { PodIdentity, WorkloadArgs } from "./workload";
export { Workload } from "./workload";
