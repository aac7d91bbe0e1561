import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";

import { authorizeId, SpiffeId } from "@x0tta6bl4/spiffe";
import { channelCredentials } from "@x0tta6bl4/spiffe/grpc";
import { SpiffeMetrics } from "@x0tta6bl4/spiffe/metrics";
import { SpireServerClient } from "@x0tta6bl4/spiffe/spire";
import { X509Source } from "@x0tta6bl4/spiffe/workload";
import { collectDefaultMetrics, Registry } from "prom-client";

import { SubjectCache } from "./analyze/cache.js";
import { cachedReads } from "./analyze/cached-reads.js";
import { Resolver } from "./analyze/resolve.js";
import { markLeader } from "./election.js";
import { EvidenceDirectory } from "./execute/evidence.js";
import { EvidenceUpload } from "./execute/upload.js";
import type { SpireAdministration } from "./execute/action.js";
import { KubernetesIncidentStore } from "./knowledge/kubernetes-store.js";
import { LeaderLease } from "./knowledge/lease.js";
import { ResponderMetrics } from "./knowledge/metrics.js";
import type { ResponderObserver } from "./knowledge/observer.js";
import { combined } from "./knowledge/tracing.js";
import type { KubernetesApi } from "./kubernetes/objects.js";
import { ResponderLoop } from "./loop.js";
import { BusyError, EventQueue } from "./monitor/queue.js";
import { SenderTrust } from "./monitor/senders.js";
import { createWebhook } from "./monitor/webhook.js";
import { PolicyFile } from "./policy-file.js";
import { Responder } from "./responder.js";
import type { ResponderSettings } from "./settings.js";

const TICK_MS = 2_000;
const LEASE_SECONDS = 15;
const SUBJECT_TTL_MS = 5_000;
const SUBJECTS = 10_000;
/** A hundred saves a second of what only repeats: what etcd takes from everybody together is some thousands. */
const MS_PER_SAVE = 10;

/** What the service works with, beside its settings. */
export interface ServiceParts {
    readonly api: KubernetesApi;
    readonly traces?: ResponderObserver;
    /** One line for the log. */
    readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** The responder as a service: the webhook, the election, and the loop on the replica that leads. */
export class ResponderService {
    private readonly queue: EventQueue;
    private readonly metrics: ResponderMetrics;
    private readonly lease: LeaderLease;
    private responder: Responder | undefined;
    private loop: ResponderLoop | undefined;
    private readonly webhook: Server;
    private readonly http: HttpServer;
    private readonly spire: ({ close(): void } & SpireAdministration) | undefined;
    private timer: NodeJS.Timeout | undefined;
    private readonly following = new AbortController();
    private readonly ended = Promise.withResolvers<undefined>();

    private constructor(
        private readonly settings: ResponderSettings,
        private readonly parts: ServiceParts,
        private readonly identity: X509Source,
        private readonly policy: PolicyFile,
        private readonly registry: Registry,
        handshakes: SpiffeMetrics,
        private readonly trust: SenderTrust,
    ) {
        const now = (): number => Date.now();
        this.queue = new EventQueue(settings.queue);
        this.metrics = new ResponderMetrics(registry, now, {
            incidents: () => this.responder?.incidents() ?? [],
            queued: () => this.queue.length,
            leads: () => this.responder !== undefined,
        });
        this.metrics.policy(true);
        const { namespace, pod: holder } = settings;
        this.lease = new LeaderLease(parts.api, { namespace, name: "responder", holder, seconds: LEASE_SECONDS, now });
        this.spire = settings.spireServer === undefined ? undefined : spireClient(settings.spireServer, identity);
        this.webhook = createWebhook({
            trust,
            senders: settings.senders,
            kem: settings.kem,
            accept: (events) => this.accept(events),
            refused: (reason) => this.metrics.refused(reason),
            observer: handshakes.handshakes,
            now,
        });
        this.http = createServer((request, response) => {
            void this.report(request.url ?? "").then(({ status, type, text }) => {
                response.writeHead(status, { "content-type": type }).end(text);
            });
        });
    }

    /**
     * Waits for the first identity, then listens and stands for election.
     *
     * @throws {PolicyError} for a policy that can't be used
     * @throws {WorkloadApiError} when there is no identity in time
     */
    static async start(settings: ResponderSettings, parts: ServiceParts): Promise<ResponderService> {
        const policy = await PolicyFile.open(settings.policyFile);
        const registry = new Registry();
        collectDefaultMetrics({ register: registry });
        const handshakes = new SpiffeMetrics(registry);
        const identity = await X509Source.start({
            address: settings.workloadApi,
            observer: handshakes.workloadFailures,
        });
        handshakes.trackIdentity(identity);
        const trust = await SenderTrust.open(identity, settings.senderAuthority);
        const service = new ResponderService(settings, parts, identity, policy, registry, handshakes, trust);
        await Promise.all([
            once(service.webhook.listen(settings.port), "listening"),
            once(service.http.listen(settings.httpPort), "listening"),
        ]);
        await service.elect();
        service.timer = setInterval(() => void service.elect(), (LEASE_SECONDS * 1_000) / 3);
        return service;
    }

    /** The ports it listens at. */
    get ports(): { readonly webhook: number; readonly http: number } {
        const port = (server: Server): number => (server.address() as AddressInfo).port;
        return { webhook: port(this.webhook), http: port(this.http) };
    }

    /** Resolves when it was stopped; rejects when another replica leads in its place: then start anew. */
    get done(): Promise<undefined> {
        return this.ended.promise;
    }

    async stop(): Promise<void> {
        clearInterval(this.timer);
        this.following.abort();
        this.loop?.stop();
        this.queue.close();
        const closed = [this.webhook, this.http].map((server) => new Promise((resolve) => server.close(resolve)));
        this.http.closeAllConnections();
        if (this.responder !== undefined) {
            await this.lease.release().catch((error: unknown) => this.failed(error));
        }
        await Promise.all(closed);
        this.spire?.close();
        this.trust.close();
        this.identity.close();
        this.ended.resolve(undefined);
    }

    private async accept(events: Parameters<EventQueue["offer"]>[0]): Promise<void> {
        if (this.responder === undefined) {
            throw new BusyError("this replica doesn't lead");
        }
        await this.queue.offer(events);
    }

    /** Takes or renews the lease, and begins to act, or gives up. */
    private async elect(): Promise<void> {
        const held = await this.lease.attempt();
        if (!held && this.responder !== undefined) {
            this.loop?.stop();
            this.ended.reject(new Error("the lease is lost: another replica leads"));
        }
        if (held && this.responder === undefined) {
            try {
                await this.lead();
            } catch (error) {
                this.failed(error);
            }
        }
        try {
            await this.trust.refresh();
        } catch (error) {
            this.failed(error);
        }
        try {
            await this.policy.refresh();
            this.metrics.policy(true);
        } catch (error) {
            this.metrics.policy(false);
            this.failed(error);
        }
    }

    private async lead(): Promise<void> {
        const { settings, parts, identity } = this;
        const { namespace, pod, denyList, denyingEngine, evidence } = settings;
        const now = (): number => Date.now();
        const trustDomain = identity.snapshot().svid.id.trustDomain.name;
        const cached = { ttlMs: SUBJECT_TTL_MS, size: SUBJECTS, now };
        // What events are about may be some seconds old; what the guard rails go by is read anew.
        const lookUps = new Resolver(cachedReads(parts.api, cached), trustDomain);
        const cache = new SubjectCache((claim) => lookUps.subject(claim), cached);
        const resolver = new Resolver(parts.api, trustDomain);
        const directory = new EvidenceDirectory(evidence.directory, evidence.limitBytes);
        const store = new KubernetesIncidentStore(parts.api, namespace);
        const responder = await Responder.start({
            policy: () => this.policy.current,
            resolver: { subject: (claim) => cache.subject(claim), facts: (targets) => resolver.facts(targets) },
            store,
            builtIn: ["kube-system", namespace, ...settings.protectedNamespaces],
            msPerSave: MS_PER_SAVE,
            observer: parts.traces === undefined ? this.metrics : combined(this.metrics, parts.traces),
            tools: {
                api: parts.api,
                spire: this.spire,
                evidence: evidence.store === undefined ? directory : new EvidenceUpload(directory, evidence.store),
                namespace,
                denyList,
                ...(denyingEngine !== undefined && { denyingEngine }),
                now,
            },
        });
        await markLeader(parts.api, namespace, pod);
        this.responder = responder;
        const loop = new ResponderLoop(responder, this.queue, {
            tickMs: TICK_MS,
            failed: (error) => this.failed(error),
        });
        this.loop = loop;
        void store.follow(
            this.following.signal,
            () => loop.hurry(),
            (error) => this.failed(error),
        );
        loop.run().catch((error: unknown) => this.ended.reject(error instanceof Error ? error : new Error("?")));
        parts.log({ leads: pod, incidents: responder.incidents().length });
    }

    private failed(error: unknown): void {
        this.parts.log({ error: error instanceof Error ? error.message : String(error) });
    }

    private async report(path: string): Promise<{ status: number; type: string; text: string }> {
        const json = "application/json";
        switch (path) {
            case "/healthz":
                return { status: 200, type: json, text: "{}" };
            case "/readyz": {
                const { healthy, state } = this.identity.health();
                const text = JSON.stringify({ healthy, state, leads: this.responder !== undefined });
                return { status: healthy ? 200 : 503, type: json, text };
            }
            case "/metrics":
                return { status: 200, type: this.registry.contentType, text: await this.registry.metrics() };
            default:
                return { status: 404, type: json, text: "{}" };
        }
    }
}

/** The SPIRE server's administration, by an SVID that its configuration names as an administrator's. */
function spireClient(address: string, identity: X509Source): SpireServerClient {
    const { trustDomain } = identity.snapshot().svid.id;
    const server = SpiffeId.parse(`spiffe://${trustDomain.name}/spire/server`);
    return new SpireServerClient({
        address,
        credentials: channelCredentials(identity, { authorize: authorizeId(server) }),
    });
}
