import assert from "node:assert/strict";

import { createHttpsServer, SpiffeHttpsAgent } from "../../spiffe/src/entry/http.js";
import type { X509Source } from "../../spiffe/src/entry/workload.js";
import { authorizeId } from "../../spiffe/src/index.js";
import { keepAsking } from "../../spiffe/test/support/eventually.js";

/** How many handshakes there were while something was done, each of a request of its own by mutual TLS; none may fail. */
export async function underLoad(caller: X509Source, served: X509Source, act: () => Promise<void>): Promise<number> {
    const [from, to] = [caller.snapshot().svid.id, served.snapshot().svid.id];
    const server = createHttpsServer(served, { authorize: authorizeId(from) }, (_request, response) => {
        response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const agent = new SpiffeHttpsAgent(caller, { authorize: authorizeId(to) }, { keepAlive: false });
    const load = new AbortController();
    const loaded = keepAsking(port, agent, load.signal);
    try {
        await act();
    } finally {
        load.abort();
        await loaded;
        agent.destroy();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    }
    const { requests, failures } = await loaded;
    assert.deepEqual(failures, []);
    assert.notEqual(requests, 0);
    return requests;
}
