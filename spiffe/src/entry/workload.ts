/** `@x0tta6bl4/spiffe/workload`: sources that keep identity and trust up to date by the Workload API, and the client below them. */
import "../runtime.js";

export type { EndpointAddress } from "../workload/address.js";
export { ENDPOINT_ENVIRONMENT_VARIABLE, parseEndpointAddress, resolveEndpointAddress } from "../workload/address.js";
export type { BackoffCurve, BackoffRuntime } from "../workload/backoff.js";
export type { BundleKind, BundleSnapshot, BundleSourceOptions } from "../workload/bundlesource.js";
export { BundleSource } from "../workload/bundlesource.js";
export type { CallOptions, WorkloadApiOptions } from "../workload/client.js";
export { WorkloadApiClient } from "../workload/client.js";
export type { SourceState } from "../workload/follower.js";
export type { JwtSvidRequest, ValidatedToken } from "../workload/jwtmessages.js";
export type { WorkloadLimits, X509Context } from "../workload/messages.js";
export type { WorkloadFailure, WorkloadObserver } from "../workload/observer.js";
export type { JwtSvidPicker, SourceHealth, SourceOptions, SvidPicker } from "../workload/sourceoptions.js";
export { pickFirst, pickHint, pickId, pickJwtHint } from "../workload/sourceoptions.js";
export type { WatchEvent, WatchOptions } from "../workload/watch.js";
export type { SourceEvents, X509SourceOptions } from "../workload/x509source.js";
export { X509Source } from "../workload/x509source.js";
