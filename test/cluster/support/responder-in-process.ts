import { readFile } from "node:fs/promises";

import { Resolver } from "../../../responder/src/analyze/resolve.js";
import { evidenceName } from "../../../responder/src/execute/evidence.js";
import { KubernetesIncidentStore } from "../../../responder/src/knowledge/kubernetes-store.js";
import { KubernetesClient } from "../../../responder/src/kubernetes/client.js";
import type { KubernetesApi } from "../../../responder/src/kubernetes/objects.js";
import type { Incident, SecurityEvent } from "../../../responder/src/model.js";
import { parseResponsePolicy } from "../../../responder/src/plan/policy.js";
import { Responder } from "../../../responder/src/responder.js";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";

/** The process died in the middle of a call. */
export class Crash extends Error {}

/** A call to the API server: its method, and the kind and name that it is about. */
export type Call = `${string} ${string}`;

/** What happens before a call goes out; with `before` or `after` the process dies there, and nothing of it goes out any more. */
export type Meddling = (
    call: Call,
    index: number,
) => Promise<"before" | "after" | undefined> | "before" | "after" | undefined;

/** The API server, as a process sees it that something happens to at its calls. */
export function meddledWith(api: KubernetesApi, meddle: Meddling): KubernetesApi & { readonly calls: number } {
    let calls = 0;
    let dead = false;
    return new Proxy(api as KubernetesApi & { calls: number }, {
        get(target, property: keyof KubernetesApi | "calls") {
            if (property === "calls") {
                return calls;
            }
            const method = Reflect.get(target, property) as (...args: readonly unknown[]) => unknown;
            if (property === "watchMetadata") {
                return (...args: readonly unknown[]): unknown => {
                    void meddle(`${property} ${String(args[0])}`, calls++);
                    return method.apply(target, [...args]);
                };
            }
            return async (...args: readonly unknown[]): Promise<unknown> => {
                const [first] = args as readonly [
                    string | { kind: string; name?: string; metadata?: { name: string } },
                ];
                const about =
                    typeof first === "string" ? first : `${first.kind} ${first.name ?? first.metadata?.name ?? ""}`;
                const end = dead ? "before" : await meddle(`${property} ${about}`, calls++);
                dead ||= end !== undefined;
                if (end === "before") {
                    throw new Crash();
                }
                const result = await method.apply(target, [...args]);
                if (end === "after") {
                    throw new Crash();
                }
                return result;
            };
        },
    });
}

/** A responder in this process, on a cluster's API server and with an administrator's rights: what its steps do, apart from what it may do. */
export class ResponderInProcess {
    /** Milliseconds since 1970; only the test moves it on. */
    now = Date.now();
    readonly evidence = new Set<string>();

    private constructor(
        readonly api: KubernetesClient,
        private readonly namespace: string,
        private readonly policy: ReturnType<typeof parseResponsePolicy>,
    ) {}

    /** Brings the definition of incidents and a namespace for them. */
    static async on(cluster: Cluster, namespace: string, policy: string): Promise<ResponderInProcess> {
        const definition = JSON.parse(
            await readFile("components/responder/security-incident.json", "utf8"),
        ) as KubernetesObject;
        await cluster.kubectl.apply([
            definition,
            { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        ]);
        await cluster.kubectl.run(["wait", "--for=condition=Established", "crd", definition.metadata.name]);
        const api = await KubernetesClient.open(cluster.kubeconfig);
        return new ResponderInProcess(api, namespace, parseResponsePolicy(policy));
    }

    store(api: KubernetesApi = this.api): KubernetesIncidentStore {
        return new KubernetesIncidentStore(api, this.namespace);
    }

    /** A new process, which knows what the ones before it have saved. */
    start(api: KubernetesApi = this.api): Promise<Responder> {
        return Responder.start({
            policy: () => this.policy,
            resolver: new Resolver(api, "example.org"),
            store: this.store(api),
            builtIn: ["kube-system", this.namespace],
            tools: {
                api,
                evidence: {
                    put: (content) => {
                        this.evidence.add(content);
                        return Promise.resolve(evidenceName(content));
                    },
                    expire: () => Promise.resolve(),
                },
                namespace: this.namespace,
                denyList: { name: "revoked-identities", namespaces: [this.namespace] },
                now: () => this.now,
            },
        });
    }

    /** Time passes until what was done is taken back unless somebody has confirmed it. */
    later(): void {
        this.now += this.policy.guards.undoAfter + 1;
    }

    /** One about a pod that nobody has sent before. */
    event(rule: string, namespace: string, pod: string): SecurityEvent {
        this.now += 3_600_000;
        return {
            id: `${rule} ${pod} ${this.now}`,
            source: "falco",
            rule,
            severity: "critical",
            at: this.now,
            tags: [],
            summary: rule,
            claim: { namespace, pod },
        };
    }

    /** Runs a process until it has nothing to do or dies. @returns whether it has died */
    async live(api: KubernetesApi, what: (responder: Responder) => Promise<void>): Promise<boolean> {
        try {
            await what(await this.start(api));
            return false;
        } catch (error) {
            if (error instanceof Crash) {
                return true;
            }
            throw error;
        }
    }

    /** The incident of an event, as it was saved. */
    async saved({ id }: SecurityEvent): Promise<Incident | undefined> {
        return (await this.store().load()).find(({ eventIds }) => eventIds.includes(id));
    }
}
