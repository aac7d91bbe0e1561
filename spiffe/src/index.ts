export {
    authorizeAny,
    authorizeId,
    authorizeMemberOf,
    authorizeOneOf,
    authorizePattern,
    authorizeTarget,
} from "./authorize.js";
export type { AuthorizedConnection, Authorizer } from "./authorize.js";
export * from "./bundle.js";
export * from "./der.js";
export * from "./errors.js";
export type { FederationEndpoint, SpiffeProfile, WebProfile } from "./federation/endpoint.js";
export { fetchBundle } from "./federation/fetch.js";
export type { FederationFetchOptions } from "./federation/fetch.js";
export { FederatedX509Provider } from "./federation/provider.js";
export { bundleHandler, createBundleServer } from "./federation/serve.js";
export type { BundleServerOptions, ServingProfile } from "./federation/serve.js";
export { watchBundle } from "./federation/watch.js";
export type { FederationEvent, FederationWatchOptions } from "./federation/watch.js";
export * from "./id.js";
export { JwtBundle, JwtBundleSet } from "./jwtbundle.js";
export type { JwtAuthority } from "./jwtbundle.js";
export { JWT_SVID_ALGORITHMS, JwtSvid } from "./jwtsvid.js";
export type { JwtValidationOptions } from "./jwtsvid.js";
export { parsePrivateKey } from "./keys.js";
export { combineObservers, SpiffeMetrics } from "./metrics.js";
export type { HealthReporting } from "./metrics.js";
export { loadPolicy, parsePolicy } from "./policy.js";
export { saveX509Snapshot } from "./save.js";
export type { SavedNames } from "./save.js";
export * from "./source.js";
export { SpiffeBundle } from "./spiffebundle.js";
export type { SpiffeBundleParts } from "./spiffebundle.js";
export * from "./tls/index.js";
export { traceHandshakes } from "./tracing.js";
export { MAX_CHAIN_LENGTH, verifyX509Svid } from "./verify.js";
export type { VerifiedSvid, VerifyOptions } from "./verify.js";
export { ENDPOINT_ENVIRONMENT_VARIABLE, parseEndpointAddress, resolveEndpointAddress } from "./workload/address.js";
export type { EndpointAddress } from "./workload/address.js";
export type { BackoffCurve, BackoffRuntime } from "./workload/backoff.js";
export { BundleSource } from "./workload/bundlesource.js";
export type { BundleKind, BundleSnapshot, BundleSourceOptions } from "./workload/bundlesource.js";
export { WorkloadApiClient } from "./workload/client.js";
export type { CallOptions, JwtSvidRequest, ValidatedToken, WorkloadApiOptions } from "./workload/client.js";
export type { SourceState } from "./workload/follower.js";
export { JwtSource } from "./workload/jwtsource.js";
export type { JwtSourceOptions } from "./workload/jwtsource.js";
export type { WorkloadLimits, X509Context } from "./workload/messages.js";
export type { WorkloadFailure, WorkloadObserver } from "./workload/observer.js";
export { pickFirst, pickHint, pickId } from "./workload/sourceoptions.js";
export type { SourceHealth, SourceOptions, SvidPicker } from "./workload/sourceoptions.js";
export type { WatchEvent, WatchOptions } from "./workload/watch.js";
export { X509Source } from "./workload/x509source.js";
export type { SourceEvents, X509SourceOptions } from "./workload/x509source.js";
export * from "./x509svid.js";
