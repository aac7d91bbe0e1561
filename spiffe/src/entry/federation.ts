/** `@x0tta6bl4/spiffe/federation`: bundle endpoints, to fetch, follow and serve (SPIFFE Federation). */
import "../runtime.js";

export type { FederationEndpoint, SpiffeProfile, WebProfile } from "../federation/endpoint.js";
export { fetchBundle } from "../federation/fetch.js";
export type { FederationFetchOptions } from "../federation/fetch.js";
export { FederatedX509Provider } from "../federation/provider.js";
export { bundleHandler, createBundleServer } from "../federation/serve.js";
export type { BundleServerOptions, ServingProfile } from "../federation/serve.js";
export { watchBundle } from "../federation/watch.js";
export type { FederationEvent, FederationWatchOptions } from "../federation/watch.js";
export { SpiffeBundle } from "../spiffebundle.js";
export type { SpiffeBundleParts } from "../spiffebundle.js";
