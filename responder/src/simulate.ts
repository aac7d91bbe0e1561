import { correlate } from "./analyze/correlate.js";
import { Resolver } from "./analyze/resolve.js";
import type { KindName, KubernetesApi, KubernetesObject, MetadataList, ObjectRef } from "./kubernetes/objects.js";
import type { ActionRecord, Incident, SecurityEvent } from "./model.js";
import { alertmanagerEvents } from "./monitor/alertmanager.js";
import { canaryEvents } from "./monitor/canary.js";
import { falcoEvents } from "./monitor/falco.js";
import { MessageError } from "./monitor/message.js";
import type { PastAction } from "./plan/guards.js";
import { plan } from "./plan/planner.js";
import type { ResponsePolicy } from "./plan/policy.js";

export interface SimulationInput {
    /** The objects of a rendered stack. */
    readonly objects: readonly KubernetesObject[];
    readonly policy: ResponsePolicy;
    readonly events: readonly SecurityEvent[];
    readonly trustDomain: string;
    /** Namespaces that are protected whatever the policy says. */
    readonly builtIn: readonly string[];
    /** Nodes that the cluster is taken to have: a stack names none. */
    readonly nodes: number;
}

/** What would have been decided after one event. */
export interface SimulatedDecision {
    /** Milliseconds since 1970, by the event. */
    readonly at: number;
    readonly event: string;
    readonly incident: string;
    readonly key: string;
    readonly confidence: number;
    /** New decisions only; none where the event changed nothing. */
    readonly actions: readonly ActionRecord[];
    /** What could not be looked up. */
    readonly unresolved: readonly string[];
}

/**
 * Recorded events: one message of falcosidekick, Alertmanager or the probe a line, or a list of them.
 *
 * @throws {MessageListError} naming the message by its number, counted from 1
 */
export function readEvents(text: string): readonly SecurityEvent[] {
    const trimmed = text.trim();
    const messages = trimmed.startsWith("[")
        ? listOf(trimmed)
        : trimmed.split("\n").filter((line) => line.trim() !== "");
    return messages
        .flatMap((message, index) => {
            try {
                return eventsOf(message);
            } catch (error) {
                throw error instanceof MessageError
                    ? new MessageListError(`message ${index + 1}: ${error.message}`, { cause: error })
                    : error;
            }
        })
        .sort((a, b) => a.at - b.at);
}

/** Recorded events, or a message among them, can't be read. */
export class MessageListError extends Error {
    override readonly name = "MessageListError";
}

function listOf(text: string): readonly string[] {
    try {
        return (JSON.parse(text) as readonly unknown[]).map((message) => JSON.stringify(message));
    } catch {
        throw new MessageListError("the list of messages is no JSON (RFC 8259)");
    }
}

function eventsOf(message: string): readonly SecurityEvent[] {
    if (/^\s*\{[^]*"alerts"\s*:/.test(message)) {
        return alertmanagerEvents(message);
    }
    return /^\s*\{[^]*"proofs"\s*:/.test(message) ? canaryEvents(message, 0) : falcoEvents(message);
}

/**
 * Replays events against a policy and a stack, event by event, as if every planned action were done at once. Nothing is changed, and nothing
 * outside is asked.
 */
export async function simulate(input: SimulationInput): Promise<readonly SimulatedDecision[]> {
    const { policy, builtIn } = input;
    const resolver = new Resolver(new StackApi(input.objects, input.nodes), input.trustDomain);
    const incidents = new Map<string, Incident>();
    const find = (fits: (incident: Incident) => boolean): Incident | undefined =>
        [...incidents.values()].findLast(fits);
    const open = {
        withEvent: (id: string) => find(({ eventIds }) => eventIds.includes(id)),
        withKey: (key: string) => find((incident) => incident.key === key),
        withPod: (uid: string | undefined) =>
            uid === undefined ? undefined : find(({ subjects }) => subjects.some((subject) => subject.uid === uid)),
    };
    const past: PastAction[] = [];
    const decisions: SimulatedDecision[] = [];
    for (const event of input.events) {
        const now = event.at;
        const subject = await resolver.subject(event.claim);
        const { incident, effect } = correlate(open, event, subject, policy.window, now);
        const facts = await resolver.facts(incident.subjects);
        const actions = effect === "known" ? incident.actions : plan({ policy, builtIn, incident, facts, past, now });
        const fresh = actions.filter(
            ({ id, state }) => incident.actions.find((before) => before.id === id)?.state !== state,
        );
        for (const { id, type, target, state } of fresh) {
            if (state === "planned") {
                past.push({ id: `${incident.name} ${id}`, type, target, startedAt: now, inForce: true });
            }
        }
        incidents.set(incident.name, { ...incident, actions });
        const { name, key, confidence } = incident;
        const { unresolved } = subject;
        decisions.push({ at: now, event: event.rule, incident: name, key, confidence, actions: fresh, unresolved });
    }
    return decisions;
}

/** A stack as a cluster that has come to rest: every workload has all of its pods, and all of them are ready. */
class StackApi implements Pick<KubernetesApi, "get" | "list" | "listMetadata"> {
    /** Pods that events have named. */
    private readonly named = new Map<string, KubernetesObject>();

    private readonly objects: readonly KubernetesObject[];

    constructor(
        objects: readonly KubernetesObject[],
        private readonly nodes: number,
    ) {
        this.objects = objects.map((object) => scaled(object, objects));
    }

    get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        return Promise.resolve(
            ref.kind === "Pod"
                ? this.pod(ref.namespace ?? "", ref.name)
                : this.of(ref.kind).find(
                      ({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace,
                  ),
        );
    }

    list(kind: KindName, where: { readonly namespace?: string } = {}): Promise<readonly KubernetesObject[]> {
        const objects = kind === "Pod" ? this.pods() : this.of(kind);
        return Promise.resolve(
            objects.filter(({ metadata }) => where.namespace === undefined || metadata.namespace === where.namespace),
        );
    }

    /** The nodes, none of which is cordoned: `list` knows of none. */
    listMetadata(): Promise<MetadataList> {
        const items = Array.from({ length: this.nodes }, (_, index) => ({ name: `node-${index + 1}` }));
        return Promise.resolve({ resourceVersion: "", items });
    }

    private of(kind: string): readonly KubernetesObject[] {
        return this.objects.filter((object) => object.kind === kind);
    }

    private workloads(): readonly KubernetesObject[] {
        return ["Deployment", "StatefulSet", "DaemonSet"].flatMap((kind) => this.of(kind));
    }

    /** The pod of a name such as a controller gives: that of the workload whose name it begins with, the longest first. */
    private pod(namespace: string, name: string): KubernetesObject | undefined {
        const [owner] = this.workloads()
            .filter(({ metadata }) => metadata.namespace === namespace && name.startsWith(`${metadata.name}-`))
            .sort((a, b) => b.metadata.name.length - a.metadata.name.length);
        if (owner === undefined) {
            return undefined;
        }
        const pod = podOf(owner, name);
        this.named.set(`${namespace}/${name}`, pod);
        return pod;
    }

    private pods(): readonly KubernetesObject[] {
        return this.workloads().flatMap((owner) => {
            const known = [...this.named.values()].filter(
                ({ metadata }) => metadata.ownerReferences?.[0]?.uid === uidOf(owner),
            );
            const wanted = owner.kind === "DaemonSet" ? this.nodes : Number(owner.spec?.["replicas"] ?? 1);
            const others = Array.from({ length: Math.max(0, wanted - known.length) }, (_, index) =>
                podOf(owner, `${owner.metadata.name}-other-${index}`),
            );
            return [...known, ...others];
        });
    }
}

/** A workload that an autoscaler sizes has as many replicas as that has at least. */
function scaled(object: KubernetesObject, objects: readonly KubernetesObject[]): KubernetesObject {
    const { kind, metadata, spec } = object;
    const scaler = objects.find((one) => {
        const target = one.spec?.["scaleTargetRef"] as { readonly kind?: string; readonly name?: string } | undefined;
        return (
            one.kind === "HorizontalPodAutoscaler" &&
            one.metadata.namespace === metadata.namespace &&
            target?.kind === kind &&
            target.name === metadata.name
        );
    });
    return scaler === undefined || spec?.["replicas"] !== undefined
        ? object
        : { ...object, spec: { ...spec, replicas: scaler.spec?.["minReplicas"] ?? 1 } };
}

function uidOf({ kind, metadata }: KubernetesObject): string {
    return `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

function podOf(owner: KubernetesObject, name: string): KubernetesObject {
    const { apiVersion, kind, metadata, spec } = owner;
    const template = (spec?.["template"] ?? {}) as {
        readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
        readonly spec?: Record<string, unknown>;
    };
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
            name,
            namespace: metadata.namespace,
            uid: `${metadata.namespace ?? ""}/${name}`,
            labels: template.metadata?.labels,
            ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: uidOf(owner), controller: true }],
        },
        spec: { ...template.spec, nodeName: "node-1" },
        status: { conditions: [{ type: "Ready", status: "True" }] },
    };
}
