/** `@x0tta6bl4/spiffe/http`: servers and clients of node:https and node:http2. */
import "../runtime.js";

export type { Http2ServerOptions, HttpServerOptions } from "../http/server-options.js";
export { connectHttp2, createHttp2Server } from "../tls/http2.js";
export { SpiffeHttp2Pool } from "../tls/http2pool.js";
export type { Http2PoolOptions } from "../tls/http2pool.js";
export { createHttpsServer, SpiffeHttpsAgent } from "../tls/https.js";
