import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import { Client } from "@grpc/grpc-js";

import { authorizeMemberOf, StaticX509Provider, TrustDomain, X509Bundle, X509BundleSet } from "../src/index.js";
import { channelCredentials, createGrpcListener } from "../src/entry/grpc.js";
import { connectHttp2, createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../src/entry/http.js";
import { TestCa } from "../test/support/ca.js";
import { echoCall, echoServer } from "../test/support/grpc-echo.js";
import { get } from "../test/support/https-get.js";

const WORKERS = 4;
const ROTATION_MS = 2_000;
/** After so many rotations of SVIDs the authority changes as well; the former one stays in the bundle, as it does with SPIRE. */
const ROTATIONS_PER_AUTHORITY = 5;

/** What one transport lived through. */
export interface RotationFigures {
    readonly transport: string;
    readonly requests: number;
    readonly failures: number;
    readonly connections: number;
}

/** Both ends of every transport get new SVIDs every two seconds, and a new authority every ten, while requests go on. */
export async function benchRotation(seconds: number): Promise<{ rotations: number; figures: RotationFigures[] }> {
    const domain = TrustDomain.parse("bench.test");
    let ca = await TestCa.create(domain.name);
    const authorities = [ca.certificate];
    const material = async (path: string) => ({
        svid: await ca.issue(path),
        bundles: new X509BundleSet([new X509Bundle(domain, authorities)]),
    });
    const server = new StaticX509Provider(await material("/server"));
    const client = new StaticX509Provider(await material("/client"));
    const running = await start(server, client, domain);
    const end = performance.now() + seconds * 1_000;
    const load = running.map(async ({ transport, request, connections, stop }) => {
        let requests = 0;
        let failures = 0;
        const work = async (): Promise<void> => {
            while (performance.now() < end) {
                requests += 1;
                await request().catch(() => failures++);
                // Half of the machine is left for the other transports.
                await delay(1);
            }
        };
        await Promise.all(Array.from({ length: WORKERS }, work));
        await stop();
        return { transport, requests, failures, connections: connections() };
    });
    let rotations = 0;
    for (; performance.now() + ROTATION_MS < end; rotations++) {
        await delay(ROTATION_MS);
        if (rotations % ROTATIONS_PER_AUTHORITY === ROTATIONS_PER_AUTHORITY - 1) {
            ca = await TestCa.create(domain.name);
            authorities.push(ca.certificate);
            // As an authority does: first everybody learns to trust it, then it signs.
            for (const provider of [server, client]) {
                provider.set({
                    svid: provider.snapshot().svid,
                    bundles: new X509BundleSet([new X509Bundle(domain, authorities)]),
                });
            }
        }
        server.set(await material("/server"));
        client.set(await material("/client"));
    }
    return { rotations, figures: await Promise.all(load) };
}

interface Running {
    readonly transport: string;
    readonly request: () => Promise<unknown>;
    readonly connections: () => number;
    readonly stop: () => Promise<unknown>;
}

async function start(server: StaticX509Provider, client: StaticX509Provider, domain: TrustDomain): Promise<Running[]> {
    const policy = { authorize: authorizeMemberOf(domain) };
    const respond = (_request: unknown, response: { end(text: string): unknown }): void => void response.end("ok");
    return Promise.all([
        listen("https", createHttpsServer(server, policy, respond), (port) => {
            const agent = new SpiffeHttpsAgent(client, policy, { maxSockets: WORKERS });
            return { request: () => get(port, agent), stop: () => agent.destroy() };
        }),
        listen("http2", createHttp2Server(server, policy, respond), async (port) => {
            const open = () => connectHttp2(client, policy, `https://127.0.0.1:${port}`);
            const long = await open();
            let turn = 0;
            return {
                // One request in ten on a session of its own, the others on one that lives through all rotations.
                request: async () => {
                    const session = turn++ % 10 === 0 ? await open() : long;
                    const body = await text(session.request({ ":path": "/" }));
                    if (session !== long) {
                        session.close();
                    }
                    if (body !== "ok") {
                        throw new Error(`unexpected answer ${body}`);
                    }
                },
                stop: () => long.close(),
            };
        }),
        startGrpc(server, client, policy),
    ]);
}

async function startGrpc(
    server: StaticX509Provider,
    client: StaticX509Provider,
    policy: { readonly authorize: ReturnType<typeof authorizeMemberOf> },
): Promise<Running> {
    const grpcServer = echoServer((call) => String(listener.peerOf(call)?.id));
    const listener = createGrpcListener(grpcServer, server, policy);
    return listen("grpc", listener.server, (port) => {
        const credentials = channelCredentials(client, policy);
        // Channels of one target and credentials would share a connection.
        const open = () => new Client(`127.0.0.1:${port}`, credentials, { "grpc.use_local_subchannel_pool": 1 });
        const long = open();
        let turn = 0;
        return {
            request: async () => {
                const channel = turn++ % 10 === 0 ? open() : long;
                await echoCall(channel, "hi");
                if (channel !== long) {
                    channel.close();
                }
            },
            stop: () => {
                long.close();
                grpcServer.forceShutdown();
            },
        };
    });
}

async function listen(
    transport: string,
    server: Server,
    use: (
        port: number,
    ) =>
        | (Pick<Running, "request"> & { stop: () => unknown })
        | Promise<Pick<Running, "request"> & { stop: () => unknown }>,
): Promise<Running> {
    let connections = 0;
    server.on("secureConnection", () => connections++);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { request, stop } = await use((server.address() as AddressInfo).port);
    return {
        transport,
        request,
        connections: () => connections,
        stop: () => {
            stop();
            server.close();
            return Promise.resolve();
        },
    };
}
