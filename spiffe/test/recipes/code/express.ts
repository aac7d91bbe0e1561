import express from "express";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { peerOf } from "@x0tta6bl4/spiffe";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";
import type { ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function serve(identity: X509Provider, policy: ServerPolicy) {
    const app = express();
    app.get("/", (request, response) => void response.send(`Hello, ${peerOf(request)?.id}`));
    return createHttpsServer(identity, policy, app);
}
