import type { AddressInfo, Server, Socket } from "node:net";

import type { Registry } from "prom-client";
import { Registry as PromRegistry } from "prom-client";

import type { X509Svid, X509Bundle } from "../../src/index.js";
import { authorizeAny, StaticX509Provider, X509BundleSet } from "../../src/index.js";
import { combineObservers, SpiffeMetrics } from "../../src/metrics.js";
import type { ClientPolicy } from "../../src/tls/client.js";
import type { HandshakeEvent } from "../../src/tls/observer.js";
import type { ServerPolicy } from "../../src/tls/server.js";
import { TestCa } from "./ca.js";

/** A trust domain with a server and a client in it, and all that their handshakes told. */
export class TlsWorld {
    readonly events: HandshakeEvent[] = [];
    readonly registry: Registry = new PromRegistry();
    readonly metrics = new SpiffeMetrics(this.registry);
    readonly serverPolicy: ServerPolicy = this.policy();
    readonly clientPolicy: ClientPolicy = this.policy();
    private readonly servers: Server[] = [];
    private readonly sockets = new Set<Socket>();
    private readonly closers: (() => unknown)[] = [];

    private constructor(
        readonly ca: TestCa,
        readonly server: StaticX509Provider,
        readonly client: StaticX509Provider,
    ) {}

    static async create(trustDomain = "example.org"): Promise<TlsWorld> {
        const ca = await TestCa.create(trustDomain);
        return new TlsWorld(ca, await TlsWorld.member(ca, "/server"), await TlsWorld.member(ca, "/client"));
    }

    /** A provider for a new SVID of `ca` that trusts `ca` and the other bundles given. */
    static async member(ca: TestCa, path: string, ...federated: X509Bundle[]): Promise<StaticX509Provider> {
        return TlsWorld.identity(await ca.issue(path), ca.bundle, ...federated);
    }

    static identity(svid: X509Svid, ...bundles: X509Bundle[]): StaticX509Provider {
        return new StaticX509Provider({ svid, bundles: new X509BundleSet(bundles) });
    }

    /** Lets everybody in whose bundle is known, and records what happened. */
    policy(): { authorize: ReturnType<typeof authorizeAny>; observer: (event: HandshakeEvent) => void } {
        const observer = combineObservers((event) => this.events.push(event), this.metrics.handshakes);
        return { authorize: authorizeAny(), observer };
    }

    /** Has a server listen on loopback and closes it in the end. */
    async listen(server: Server): Promise<number> {
        this.servers.push(server);
        server.on("connection", (socket) => this.sockets.add(socket));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    /** Something to close in the end, before the servers. */
    onClose(close: () => unknown): void {
        this.closers.push(close);
    }

    /** What one side's handshakes came to: `success`, `aborted`, or the reason of the failure. */
    verdicts(side: "client" | "server"): string[] {
        return this.events.filter((event) => event.side === side).map(({ result, reason }) => reason ?? result);
    }

    /** Resolves once one side has seen `count` handshakes. */
    async settled(side: "client" | "server", count = 1): Promise<void> {
        for (let tries = 0; this.verdicts(side).length < count; tries++) {
            if (tries === 1_000) {
                throw new Error(
                    `only ${this.verdicts(side).length} of ${count} handshakes: ${this.verdicts(side).join()}`,
                );
            }
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
    }

    /** A metric's value for exactly these labels; 0 when it isn't there. */
    async value(name: string, labels: Record<string, string>): Promise<number> {
        const metric = await this.registry.getSingleMetric(name)?.get();
        const found = metric?.values.find((value) =>
            Object.entries(labels).every(([label, wanted]) => Reflect.get(value.labels, label) === wanted),
        );
        return found?.value ?? 0;
    }

    async close(): Promise<void> {
        for (const close of this.closers.reverse()) {
            await close();
        }
        const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
        this.sockets.forEach((socket) => socket.destroy());
        await Promise.all(closed);
    }
}

/** Resolves when a socket is closed, with or without an error. */
export function closed(socket: Socket): Promise<void> {
    return new Promise((resolve) => {
        socket.on("error", () => {});
        socket.once("close", () => resolve());
        socket.resume();
    });
}
