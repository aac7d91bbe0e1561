/** `@x0tta6bl4/spiffe/fetch`: a dispatcher for undici and for what Node.js has built in. Needs the package undici. */
import "../runtime.js";

export { createFetch, SpiffeDispatcher } from "../tls/fetch.js";
export type { PoolOptions } from "../tls/fetch.js";
