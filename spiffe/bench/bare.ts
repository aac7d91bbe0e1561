import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { connect, createSecureContext } from "node:tls";

import { authorizeId, SpiffeId, StaticX509Provider } from "../src/index.js";
import type { ClientPolicy } from "../src/tls/index.js";
import { connectTls } from "../src/tls/index.js";
import { TestCa } from "../test/support/ca.js";
import { BARE_OPTIONS, readMaterial } from "./material.js";

const GROUPS = ["X25519MLKEM768", "X25519"] as const;
const KINDS = ["bare", "library"] as const;
/** Rounds take turns, so that what else the machine does falls on all of them. */
const ROUNDS = 3;

/** Handshakes of one kind by one group: the mean of the rounds. Times are CPU milliseconds for one handshake. */
export interface BareFigures {
    readonly kind: string;
    readonly group: string;
    readonly perSecond: number;
    readonly clientCpuMs: number;
    readonly serverCpuMs: number;
}

/**
 * Full mutual handshakes of this library on both ends, and of node:tls alone with OpenSSL's verification, one at a time. Between two ends
 * of this library the group is always the hybrid one; node:tls is measured with and without, which tells what that costs.
 */
export async function benchBare(total: number): Promise<BareFigures[]> {
    const ca = await TestCa.create("bench.test");
    const pemOf = async (path: string): Promise<string> => {
        const svid = await ca.issue(path);
        return JSON.stringify({ cert: svid.certPem(), key: svid.keyPem(), ca: String(ca.certificate) });
    };
    const [serverPem, clientPem] = [await pemOf("/server"), await pemOf("/client")];
    const pairs = KINDS.flatMap((kind) =>
        GROUPS.filter((group) => kind === "bare" || group === "X25519MLKEM768").map((group) => ({ kind, group })),
    );
    const sums = pairs.map(() => ({ seconds: 0, client: 0, server: 0 }));
    for (let round = 0; round < ROUNDS; round++) {
        for (const [index, { kind, group }] of pairs.entries()) {
            const child = fork(join(import.meta.dirname, "bare-server.ts"), [kind, group], {
                env: { ...process.env, MATERIAL: serverPem },
            });
            const [port] = (await once(child, "message")) as [number];
            const dial = dialer(kind, group, clientPem, port);
            const serverCpu = async (): Promise<number> => {
                child.send("usage");
                return ((await once(child, "message")) as [number])[0];
            };
            await repeat(dial, 100);
            await serverCpu();
            const [start, cpu] = [performance.now(), process.cpuUsage()];
            await repeat(dial, total);
            const { user, system } = process.cpuUsage(cpu);
            const sum = sums[index];
            if (sum !== undefined) {
                sum.seconds += (performance.now() - start) / 1_000;
                sum.client += (user + system) / 1_000;
                sum.server += await serverCpu();
            }
            child.kill();
        }
    }
    const handshakes = total * ROUNDS;
    return pairs.map(({ kind, group }, index) => ({
        kind: kind === "bare" ? "node:tls" : "this library",
        group,
        perSecond: handshakes / (sums[index]?.seconds ?? NaN),
        clientCpuMs: (sums[index]?.client ?? NaN) / handshakes,
        serverCpuMs: (sums[index]?.server ?? NaN) / handshakes,
    }));
}

function dialer(kind: (typeof KINDS)[number], group: string, pem: string, port: number): () => Promise<TLSSocket> {
    const material = readMaterial(pem);
    if (kind === "bare") {
        // The SVID has no DNS name; OpenSSL has verified the chain by then.
        const checkServerIdentity = (): undefined => undefined;
        // One context for all, as this library has one for each SVID: to make one for each connection would cost more than the rest.
        const { minVersion } = BARE_OPTIONS;
        const secureContext = createSecureContext({ ...material.pem, minVersion, ecdhCurve: group });
        const options = { ...BARE_OPTIONS, secureContext, checkServerIdentity };
        return async () => {
            const socket = connect({ ...options, host: "127.0.0.1", port });
            await once(socket, "secureConnect");
            return socket;
        };
    }
    const identity = new StaticX509Provider(material);
    const policy: ClientPolicy = { authorize: authorizeId(SpiffeId.parse("spiffe://bench.test/server")) };
    return () => connectTls(identity, policy, { host: "127.0.0.1", port });
}

async function repeat(dial: () => Promise<TLSSocket>, times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
        const socket = await dial();
        await once(socket.resume(), "end");
        socket.destroy();
    }
}
