import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";

import type { TlsPolicy } from "@x0tta6bl4/spiffe";
import { X509Source } from "@x0tta6bl4/spiffe/workload";
import { createFetch, SpiffeDispatcher } from "@x0tta6bl4/spiffe/fetch";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";
import { SpiffeMetrics } from "@x0tta6bl4/spiffe/metrics";
import { collectDefaultMetrics, Counter, Registry } from "prom-client";

import { authorizer } from "./authorization.js";
import { echo } from "./echo.js";
import { ForbiddenTargets } from "./forbidden.js";
import type { ProbeSettings } from "./settings.js";

const CALL_TIMEOUT_MS = 10_000;

/**
 * The probe as a service: an echo for other probes, calls of their echoes, attempts at what network policies forbid, and what
 * it all came to at /metrics.
 */
export class ProbeService {
    private readonly calls: Counter<"host" | "result">;
    private readonly policy: TlsPolicy;
    private readonly echoServer: Server;
    private readonly httpServer: HttpServer;
    private readonly dispatcher: SpiffeDispatcher;
    private readonly forbidden: ForbiddenTargets;
    private timer: NodeJS.Timeout | undefined;

    private constructor(
        private readonly settings: ProbeSettings,
        private readonly identity: X509Source,
        private readonly registry: Registry,
        metrics: SpiffeMetrics,
    ) {
        this.calls = new Counter({
            name: "probe_calls_total",
            help: "Calls of other probes' echoes by host and result",
            labelNames: ["host", "result"],
            registers: [registry],
        });
        this.forbidden = new ForbiddenTargets(settings.forbidden, registry);
        this.policy = {
            authorize: authorizer(settings.allowed, identity.snapshot().svid.id.trustDomain),
            kem: settings.kem,
            observer: metrics.handshakes,
        };
        collectDefaultMetrics({ register: registry });
        metrics.trackIdentity(identity);
        metrics.trackStream("x509", identity);
        this.dispatcher = new SpiffeDispatcher(identity, this.policy);
        this.echoServer = createHttpsServer(identity, this.policy, echo);
        this.httpServer = createServer((request, response) => {
            void this.report(request.url ?? "").then(({ status, type, text }) => {
                response.writeHead(status, { "content-type": type }).end(text);
            });
        });
    }

    /**
     * Waits for the first identity, then listens and begins to call its peers and to try what is forbidden.
     *
     * @throws {WorkloadApiError} when there is no identity in time
     */
    static async start(settings: ProbeSettings): Promise<ProbeService> {
        const registry = new Registry();
        const metrics = new SpiffeMetrics(registry);
        const { workloadApi: address } = settings;
        const identity = await X509Source.start({ address, observer: metrics.workloadFailures });
        const service = new ProbeService(settings, identity, registry, metrics);
        await Promise.all([
            once(service.echoServer.listen(settings.echoPort), "listening"),
            once(service.httpServer.listen(settings.httpPort), "listening"),
        ]);
        service.timer = setInterval(() => void service.tryAll(), settings.intervalSeconds * 1_000);
        await service.tryAll();
        return service;
    }

    /** The ports it listens at. */
    get ports(): { echo: number; http: number } {
        const port = (server: Server): number => (server.address() as AddressInfo).port;
        return { echo: port(this.echoServer), http: port(this.httpServer) };
    }

    private async tryAll(): Promise<void> {
        await Promise.all([this.callPeers(), this.forbidden.check()]);
    }

    /** Calls every peer once; outcomes are counted, never thrown. */
    async callPeers(): Promise<void> {
        const fetch = createFetch(this.dispatcher);
        await Promise.all(
            this.settings.peers.map(async (peer) => {
                const result = await fetch(new URL("/echo", peer), {
                    method: "POST",
                    body: "ping",
                    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
                }).then(
                    async (response) => ((await response.text()) && response.ok ? "success" : "failure"),
                    () => "failure",
                );
                this.calls.inc({ host: peer.host, result });
            }),
        );
    }

    async stop(): Promise<void> {
        clearInterval(this.timer);
        this.forbidden.close();
        const closed = [this.echoServer, this.httpServer].map(
            (server) => new Promise((resolve) => server.close(resolve)),
        );
        await this.dispatcher.close();
        this.httpServer.closeAllConnections();
        await Promise.all(closed);
        this.identity.close();
    }

    private async report(path: string): Promise<{ status: number; type: string; text: string }> {
        const json = "application/json";
        switch (path) {
            case "/healthz":
                return { status: 200, type: json, text: "{}" };
            case "/readyz": {
                const { healthy, state, expiresAt } = this.identity.health();
                return { status: healthy ? 200 : 503, type: json, text: JSON.stringify({ healthy, state, expiresAt }) };
            }
            case "/metrics":
                return { status: 200, type: this.registry.contentType, text: await this.registry.metrics() };
            default:
                return { status: 404, type: json, text: "{}" };
        }
    }
}
