import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

import { authorizeId, SpiffeId } from "../src/index.js";
import { createHttpsServer, SpiffeHttpsAgent } from "../src/entry/http.js";
import { X509Source } from "../src/entry/workload.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import { TestCa } from "../test/support/ca.js";
import { FakeWorkloadApi } from "../test/support/fake-workload-api.js";
import { get } from "../test/support/https-get.js";

/** What so many handshakes came to. */
export interface SoakedHandshakes {
    readonly handshakes: number;
    readonly rotations: number;
    readonly failures: number;
}

/**
 * Handshakes in turn over node:tls and over https, whose agent keeps connections, while a Workload API gives both ends a new SVID again
 * and again.
 *
 * @param settled called ten times, with what has happened so far, when nothing is under way
 */
export async function soakHandshakes(
    total: number,
    rotations: number,
    settled: (soFar: SoakedHandshakes) => Promise<void>,
): Promise<SoakedHandshakes> {
    const ca = await TestCa.create("soak.test");
    const apis = [await FakeWorkloadApi.start(), await FakeWorkloadApi.start()] as const;
    const rotate = async (): Promise<void> => {
        apis[0].issue([await ca.issue("/server")], [ca.bundle]);
        apis[1].issue([await ca.issue("/client")], [ca.bundle]);
    };
    await rotate();
    const [identity, ours] = await Promise.all(apis.map(({ address }) => X509Source.start({ address })));
    if (identity === undefined || ours === undefined) {
        throw new Error("no identities");
    }
    const clients = { authorize: authorizeId(SpiffeId.parse("spiffe://soak.test/client")) };
    const policy = { authorize: authorizeId(SpiffeId.parse("spiffe://soak.test/server")) };
    let handshakes = 0;
    const listen = async (server: Server): Promise<number> => {
        server.on("secureConnection", () => (handshakes += 1));
        await once(server.listen(0, "127.0.0.1"), "listening");
        return (server.address() as AddressInfo).port;
    };
    const greet = createTlsServer(identity, clients, (socket) => void socket.on("error", () => {}).end("hello\n"));
    const web = createHttpsServer(identity, clients, (_request, response) => void response.end("ok"));
    const [tlsPort, webPort] = [await listen(greet), await listen(web)];
    const agent = new SpiffeHttpsAgent(ours, policy);
    const dial = async (): Promise<void> => {
        const socket = await connectTls(ours, policy, { host: "127.0.0.1", port: tlsPort });
        await once(socket.resume(), "end");
        socket.destroy();
    };
    let failures = 0;
    const perRotation = total / rotations;
    const pause = Math.max(1, Math.floor(rotations / 10));
    for (let rotation = 1; rotation <= rotations; rotation++) {
        const updates = Promise.all([once(identity, "update"), once(ours, "update")]);
        await rotate();
        await updates;
        // The request needs a connection of its own: the kept one was opened with the former SVID.
        await get(webPort, agent).catch(() => failures++);
        while (handshakes < rotation * perRotation) {
            await dial().catch(() => failures++);
        }
        if (rotation % pause === 0) {
            await settled({ handshakes, rotations: rotation, failures });
        }
    }
    agent.destroy();
    greet.close();
    web.close();
    identity.close();
    ours.close();
    await Promise.all(apis.map((api) => api.stop()));
    return { handshakes, rotations, failures };
}
