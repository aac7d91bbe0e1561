import { TestCa } from "../test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../test/support/fake-workload-api.js";
import type { ClientSide, Kind, ServerSide } from "./sides.js";
import { goClient, startClient, startGoServer, startServer } from "./sides.js";

const SERVER = "spiffe://bench.test/server";
const CLIENT = "spiffe://bench.test/client";
const HYBRID = "X25519MLKEM768";
const AT_ONCE = 4;
/** Rounds take turns, so that what else the machine does falls on all pairs. */
const ROUNDS = 5;

/** Who measures whom, and by which group. */
const PAIRS: readonly { readonly client: Kind; readonly server: Kind; readonly group: string }[] = [
    { client: "this library", server: "this library", group: HYBRID },
    { client: "node:tls", server: "node:tls", group: HYBRID },
    { client: "node:tls", server: "node:tls", group: "X25519" },
    { client: "go-spiffe", server: "this library", group: HYBRID },
    { client: "go-spiffe", server: "node:tls", group: HYBRID },
    { client: "this library", server: "go-spiffe", group: HYBRID },
    { client: "node:tls", server: "go-spiffe", group: HYBRID },
    { client: "go-spiffe", server: "go-spiffe", group: HYBRID },
];

/** Handshakes of one pair. Times in milliseconds, from connecting to the end of the greeting; rate and CPU are medians of the rounds. */
export interface HandshakeFigures {
    readonly client: Kind;
    readonly server: Kind;
    readonly group: string;
    readonly perSecond: number;
    readonly p50: number;
    readonly p99: number;
    readonly clientCpuMs: number;
    readonly serverCpuMs: number;
    readonly failures: number;
}

interface Round {
    readonly timesMs: readonly number[];
    readonly perSecond: number;
    readonly clientCpuMs: number;
    readonly serverCpuMs: number;
}

/**
 * Full mutual TLS 1.3 handshakes with EC P-256 SVIDs, each on a new connection with a greeting read to its end; every side in a process
 * of its own, and all pairs in turn, round after round. node:tls alone verifies by OpenSSL and knows no SPIFFE ID.
 *
 * @param withGo whether the pairs of go-spiffe are measured too, whose program must have been built
 */
export async function benchHandshakes(total: number, withGo: boolean): Promise<HandshakeFigures[]> {
    const ca = await TestCa.create("bench.test");
    const [serverApi, clientApi] = [await FakeWorkloadApi.start(), await FakeWorkloadApi.start()];
    const [serverSvid, clientSvid] = [await ca.issue("/server"), await ca.issue("/client")];
    serverApi.setX509(x509Message([serverSvid], [ca.bundle]));
    clientApi.setX509(x509Message([clientSvid], [ca.bundle]));
    const pemOf = (svid: typeof serverSvid) => ({
        cert: svid.certPem(),
        key: svid.keyPem(),
        ca: String(ca.certificate),
    });
    const server = async (kind: Kind, group: string): Promise<ServerSide> =>
        kind === "go-spiffe"
            ? startGoServer(CLIENT, group, serverApi.address)
            : startServer({ kind, peer: CLIENT, group, pem: pemOf(serverSvid) }, serverApi.address);
    const client = async (kind: Kind, group: string): Promise<ClientSide> =>
        kind === "go-spiffe"
            ? goClient(SERVER, clientApi.address)
            : startClient({ kind, peer: SERVER, group, pem: pemOf(clientSvid) }, clientApi.address);
    const pairs = PAIRS.filter((pair) => withGo || ![pair.client, pair.server].includes("go-spiffe"));
    // A pair has processes of its own, which live through all rounds.
    const running = await Promise.all(
        pairs.map(async (pair) => ({
            pair,
            client: await client(pair.client, pair.group),
            server: await server(pair.server, pair.group),
            rounds: [] as Round[],
        })),
    );
    const perRound = Math.ceil(total / ROUNDS);
    const measure = async (side: (typeof running)[number], count: number): Promise<Round> => {
        await side.server.usage();
        const { port } = side.server;
        const { timesMs, elapsedMs, cpuMs } = await side.client.dial({ port, total: count, atOnce: AT_ONCE });
        const serverCpuMs = (await side.server.usage()) / count;
        return { timesMs, perSecond: (count / elapsedMs) * 1_000, clientCpuMs: cpuMs / count, serverCpuMs };
    };
    // The first handshakes pay for compilation and empty caches.
    for (const side of running) {
        await measure(side, 300);
    }
    for (let round = 0; round < ROUNDS; round++) {
        for (const side of running) {
            side.rounds.push(await measure(side, perRound));
        }
    }
    for (const side of running) {
        side.client.stop();
        side.server.stop();
    }
    await Promise.all([serverApi.stop(), clientApi.stop()]);
    return running.map(({ pair, rounds }) => figuresOf(pair, rounds, perRound * ROUNDS));
}

function figuresOf(pair: (typeof PAIRS)[number], rounds: readonly Round[], total: number): HandshakeFigures {
    const times = sorted(rounds.flatMap(({ timesMs }) => timesMs));
    const median = (of: (round: Round) => number): number => at(sorted(rounds.map(of)), 0.5);
    return {
        ...pair,
        perSecond: median(({ perSecond }) => perSecond),
        p50: at(times, 0.5),
        p99: at(times, 0.99),
        clientCpuMs: median(({ clientCpuMs }) => clientCpuMs),
        serverCpuMs: median(({ serverCpuMs }) => serverCpuMs),
        failures: total - times.length,
    };
}

const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);
const at = (ordered: readonly number[], part: number): number => ordered[Math.floor(ordered.length * part)] ?? NaN;
