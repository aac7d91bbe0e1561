import fastify from "fastify";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { peerOf } from "@x0tta6bl4/spiffe";
import { createHttp2Server } from "@x0tta6bl4/spiffe/http";
import type { ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function serve(identity: X509Provider, policy: ServerPolicy) {
    const app = fastify({ http2: true, serverFactory: (handler) => createHttp2Server(identity, policy, handler) });
    app.get("/", (request) => `Hello, ${peerOf(request.raw)?.id}`);
    return app;
}
