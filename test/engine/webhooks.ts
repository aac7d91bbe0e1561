import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import type { Cluster } from "../cluster/harness/cluster";
import { must } from "../cluster/harness/exec";

interface Webhook {
    readonly clientConfig: {
        readonly caBundle?: string;
        readonly service?: { readonly namespace: string; readonly name: string; readonly port?: number };
    };
}

interface Configuration {
    readonly metadata: { readonly name: string };
    readonly webhooks?: readonly Webhook[];
}

interface Review {
    readonly apiVersion: string;
    readonly kind: string;
    readonly request: { readonly uid: string };
}

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/**
 * Does the part of pods that exist in name only: fills in the CA of webhooks, as the controllers of their owners do, and
 * answers them at their Service's address, where it admits everything. The address is put on the loopback interface and
 * taken away again, however the run ends.
 */
export class Webhooks {
    private readonly servers = new Map<string, Server>();
    private readonly stopping = new AbortController();
    private readonly work: Promise<void>;
    private reviews = 0;

    private readonly withdraw = (): void => {
        for (const address of this.servers.keys()) {
            spawnSync("ip", ["address", "delete", `${address}/32`, "dev", "lo"]);
        }
    };

    constructor(private readonly cluster: Cluster) {
        process.once("exit", this.withdraw);
        this.work = this.follow();
    }

    /** How many objects it was asked about. */
    get asked(): number {
        return this.reviews;
    }

    /** Ends it. @throws whatever kept it from its work */
    async stop(): Promise<void> {
        this.stopping.abort();
        try {
            await this.work;
        } finally {
            for (const server of this.servers.values()) {
                server.closeAllConnections();
                server.close();
            }
            process.off("exit", this.withdraw);
            this.withdraw();
        }
    }

    private async follow(): Promise<void> {
        while (!this.stopping.signal.aborted) {
            const response = await this.cluster.request("GET", CONFIGURATIONS).catch(() => undefined);
            // A test may have stopped the API server.
            if (response?.status === 200) {
                for (const configuration of (JSON.parse(response.text) as { items: Configuration[] }).items) {
                    await this.serve(configuration);
                }
            }
            await sleep(200, undefined, { signal: this.stopping.signal }).catch(() => undefined);
        }
    }

    private async serve({ metadata, webhooks = [] }: Configuration): Promise<void> {
        const patches: unknown[] = [];
        for (const [index, { clientConfig }] of webhooks.entries()) {
            const { service, caBundle } = clientConfig;
            if (service === undefined) {
                continue;
            }
            await this.listen(service.namespace, service.name, service.port ?? 443);
            if (caBundle === undefined) {
                const authority = readFileSync(this.cluster.plane.authority.certificate);
                const path = `/webhooks/${index}/clientConfig/caBundle`;
                patches.push({ op: "add", path, value: authority.toString("base64") });
            }
        }
        if (patches.length > 0) {
            await this.cluster.request("PATCH", `${CONFIGURATIONS}/${metadata.name}`, patches, {
                type: "application/json-patch+json",
            });
        }
    }

    private async listen(namespace: string, name: string, port: number): Promise<void> {
        const response = await this.cluster.request("GET", `/api/v1/namespaces/${namespace}/services/${name}`);
        const { spec } = JSON.parse(response.text) as { spec?: { clusterIP?: string } };
        const clusterIP = spec?.clusterIP;
        // Nobody answers a webhook without a Service, which is as it should be.
        if (clusterIP === undefined || this.servers.has(clusterIP)) {
            return;
        }
        const pair = await this.cluster.plane.authority.issue({
            name: `webhook-${name}`,
            commonName: name,
            alternativeNames: [`DNS:${name}.${namespace}.svc`],
        });
        await must("ip", ["address", "replace", `${clusterIP}/32`, "dev", "lo"]);
        const server = createServer({ cert: readFileSync(pair.certificate), key: readFileSync(pair.key) });
        server.on("request", (request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const { apiVersion, kind, request: asked } = JSON.parse(Buffer.concat(chunks).toString()) as Review;
                this.reviews += 1;
                const answer = { apiVersion, kind, response: { uid: asked.uid, allowed: true } };
                response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
            });
        });
        this.servers.set(clusterIP, server);
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject).listen(port, clusterIP, resolve);
        });
    }
}
