import Koa from "koa";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { peerOf } from "@x0tta6bl4/spiffe";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";
import type { ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function serve(identity: X509Provider, policy: ServerPolicy) {
    const app = new Koa();
    app.use((context) => void (context.body = `Hello, ${peerOf(context.req)?.id}`));
    const handle = app.callback();
    return createHttpsServer(identity, policy, (request, response) => void handle(request, response));
}
