/** `@x0tta6bl4/spiffe/http`: servers and clients of node:https and node:http2. */
export { connectHttp2, createHttp2Server } from "../tls/http2.js";
export { createHttpsServer, SpiffeHttpsAgent } from "../tls/https.js";
