import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import type {
    KindName,
    KubernetesApi,
    KubernetesObject,
    MetadataChange,
    MetadataList,
    ObjectRef,
    WatchOptions,
    Where,
} from "../../src/kubernetes/objects.js";
import { ApiError, controllerOf, isReady, KINDS, selects } from "../../src/kubernetes/objects.js";

type Mutable = Record<string, unknown>;

/** What may go wrong at a call: before it takes effect, after it, or not at all. */
export type Fault = "before" | "after" | undefined;

interface Watch {
    readonly kind: KindName;
    readonly namespace: string;
    readonly changes: MetadataChange[];
    wake: () => void;
    lost: boolean;
}

/** The process died in the middle of a call. */
export class Crash extends Error {}

/**
 * An API server in memory, with its rules as far as the responder leans on them: resource versions, conflicts, merge patches (RFC 7386), status as
 * a subresource, label selectors, preconditions of a deletion. `settle` plays the controllers.
 */
export class FakeApi implements KubernetesApi {
    readonly objects = new Map<string, KubernetesObject>();
    /** Every change, as `verb kind namespace/name`. */
    readonly changes: string[] = [];
    /** Called before each call with its description; may throw an ApiError or answer with a fault. */
    fault: (call: string) => Fault = () => undefined;
    /** How long an answer takes. */
    pause: () => Promise<void> = () => Promise.resolve();
    /** After a crash nothing goes out any more, until another process starts. */
    private dead = false;
    private version = 0;
    private readonly watches = new Set<Watch>();

    constructor(objects: readonly KubernetesObject[] = []) {
        objects.forEach((object) => this.put(object));
    }

    /** Puts an object there as its owner would, past every rule. */
    put(object: KubernetesObject): KubernetesObject {
        const { metadata, spec } = object;
        const before = this.objects.get(keyOf(refOf(object)));
        const { generation = 0 } = before?.metadata ?? {};
        const stored = freeze({
            ...object,
            metadata: {
                ...metadata,
                uid: metadata.uid ?? randomUUID(),
                resourceVersion: String(++this.version),
                generation: before !== undefined && isDeepStrictEqual(spec, before.spec) ? generation : generation + 1,
            },
        });
        this.objects.set(keyOf(refOf(stored)), stored);
        this.tell(stored, false);
        return stored;
    }

    get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        return this.call(`get ${keyOf(ref)}`, () => this.objects.get(keyOf(ref)));
    }

    list(kind: KindName, where: Where = {}): Promise<readonly KubernetesObject[]> {
        return this.call(`list ${kind}`, () =>
            this.all(kind)
                .filter(({ metadata }) => where.namespace === undefined || metadata.namespace === where.namespace)
                .filter(({ metadata }) => where.labels === undefined || selectedBy(where.labels, metadata.labels))
                .filter((object) => where.fields === undefined || hasField(where.fields, object)),
        );
    }

    listMetadata(kind: KindName, namespace?: string): Promise<MetadataList> {
        return this.call(`list metadata of ${kind}`, () => ({
            resourceVersion: String(this.version),
            items: this.all(kind)
                .map(({ metadata }) => metadata)
                .filter((metadata) => namespace === undefined || metadata.namespace === namespace),
        }));
    }

    async *watchMetadata(kind: KindName, namespace: string, { signal }: WatchOptions): AsyncIterable<MetadataChange> {
        await this.call(`watch ${kind}`, () => undefined);
        const watch: Watch = { kind, namespace, changes: [], wake: () => {}, lost: false };
        this.watches.add(watch);
        signal.addEventListener("abort", () => watch.wake(), { once: true });
        try {
            while (!signal.aborted) {
                const change = watch.changes.shift();
                if (change !== undefined) {
                    yield change;
                } else if (watch.lost) {
                    throw new ApiError("Unreachable", 0, "the watch is lost");
                } else {
                    await new Promise<void>((resolve) => (watch.wake = resolve));
                }
            }
        } finally {
            this.watches.delete(watch);
        }
    }

    /** Every watch breaks off. */
    loseWatches(): void {
        for (const watch of this.watches) {
            watch.lost = true;
            watch.wake();
        }
    }

    /** Watches that are under way. */
    get watched(): number {
        return this.watches.size;
    }

    create(object: KubernetesObject): Promise<KubernetesObject> {
        const key = keyOf(refOf(object));
        return this.call(`create ${key}`, () => {
            if (this.objects.has(key)) {
                throw new ApiError("AlreadyExists", 409, `${key} already exists`);
            }
            this.changes.push(`create ${key}`);
            return this.put(object.kind === "SecurityIncident" ? { ...object, status: undefined } : object);
        });
    }

    patch(ref: ObjectRef, patch: object): Promise<KubernetesObject> {
        return this.call(`patch ${keyOf(ref)}`, () => {
            const before = this.found(ref);
            const wanted = (patch as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;
            this.checkVersion(before, wanted);
            const after = pruned(merged(before, patch) as KubernetesObject);
            this.changes.push(`patch ${keyOf(ref)}`);
            return this.put(after);
        });
    }

    replace(object: KubernetesObject, subresource?: string): Promise<KubernetesObject> {
        const ref = refOf(object);
        return this.call(`replace ${keyOf(ref)}`, () => {
            const before = this.found(ref);
            this.checkVersion(before, object.metadata.resourceVersion);
            this.changes.push(`replace ${keyOf(ref)}`);
            const { uid } = before.metadata;
            return this.put(
                subresource === "status"
                    ? { ...before, status: clone(object.status) }
                    : { ...object, metadata: { ...object.metadata, uid }, status: before.status },
            );
        });
    }

    delete(ref: ObjectRef, options: { readonly uid?: string }): Promise<void> {
        return this.call(`delete ${keyOf(ref)}`, () => {
            const found = this.objects.get(keyOf(ref));
            if (found !== undefined && (options.uid === undefined || options.uid === found.metadata.uid)) {
                this.changes.push(`delete ${keyOf(ref)}`);
                this.objects.delete(keyOf(ref));
                this.tell(found, true);
            }
        });
    }

    logs({ pod, container }: { readonly pod: string; readonly container: string }): Promise<string> {
        return this.call(`logs ${pod}`, () => `last words of ${pod}/${container}\n`);
    }

    all(kind: KindName): readonly KubernetesObject[] {
        return [...this.objects.values()].filter((object) => object.kind === kind);
    }

    /** What the workload controllers do: let go of pods that aren't selected any more, and bring the rest up to the number wanted. */
    settle(): void {
        for (const owner of [...this.all("ReplicaSet"), ...this.all("StatefulSet"), ...this.all("DaemonSet")]) {
            const { namespace = "", name, uid = "" } = owner.metadata;
            const selector = owner.spec?.["selector"] as { matchLabels: Record<string, string> };
            for (const pod of this.all("Pod")) {
                const selected = selects(selector, pod.metadata.labels) && pod.metadata.namespace === namespace;
                const owned = controllerOf(pod)?.uid === uid;
                if (owned && !selected) {
                    this.put({ ...pod, metadata: { ...pod.metadata, ownerReferences: undefined } });
                } else if (selected && controllerOf(pod) === undefined) {
                    this.put(ownedPod(pod, owner));
                }
            }
            const pods = this.all("Pod").filter((pod) => controllerOf(pod)?.uid === uid);
            const wanted = Number(owner.spec?.["replicas"] ?? owner.status?.["desiredNumberScheduled"] ?? 1);
            // Fixed names: while the pod that left is there, a StatefulSet can't make another one.
            for (let index = pods.length; owner.kind !== "StatefulSet" && index < wanted; index++) {
                this.put(
                    ownedPod(podOf(namespace, `${name}-${randomUUID().slice(0, 5)}`, selector.matchLabels), owner),
                );
            }
            pods.slice(wanted).forEach((pod) => this.objects.delete(keyOf(refOf(pod))));
        }
    }

    readyPods(namespace: string, labels: Readonly<Record<string, string>>): number {
        return this.all("Pod").filter(
            (pod) =>
                pod.metadata.namespace === namespace &&
                selects({ matchLabels: labels }, pod.metadata.labels) &&
                isReady(pod),
        ).length;
    }

    restart(): void {
        this.dead = false;
    }

    private tell({ kind, metadata }: KubernetesObject, deleted: boolean): void {
        for (const watch of this.watches) {
            if (watch.kind === kind && watch.namespace === metadata.namespace) {
                watch.changes.push({ deleted, metadata: clone(metadata) });
                watch.wake();
            }
        }
    }

    private found(ref: ObjectRef): KubernetesObject {
        const found = this.objects.get(keyOf(ref));
        if (found === undefined) {
            throw new ApiError("NotFound", 404, `${keyOf(ref)} not found`);
        }
        return found;
    }

    private checkVersion(object: KubernetesObject, wanted: string | undefined): void {
        if (wanted !== undefined && wanted !== object.metadata.resourceVersion) {
            throw new ApiError("Conflict", 409, "the object has been modified");
        }
    }

    private async call<T>(description: string, effect: () => T): Promise<T> {
        await this.pause();
        if (this.dead) {
            throw new Crash(description);
        }
        const fault = this.fault(description);
        this.dead = fault !== undefined;
        if (fault === "before") {
            throw new Crash(description);
        }
        const result = effect();
        if (fault === "after") {
            throw new Crash(description);
        }
        return clone(result);
    }
}

export function keyOf({ kind, namespace, name }: ObjectRef): string {
    return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function refOf({ kind, metadata }: KubernetesObject): ObjectRef {
    return { kind: kind as KindName, name: metadata.name, namespace: metadata.namespace };
}

/** As the API server reads its parameter `labelSelector`. */
function selectedBy(text: string, labels: Readonly<Record<string, string>> = {}): boolean {
    return [...text.matchAll(/(!)?([^\s,=!()]+)(?:=([^,]*)| (in|notin) \(([^)]*)\))?(?:,|$)/g)].every(
        ([, not, key = "", value, operator, values]) => {
            const found = labels[key];
            if (operator !== undefined) {
                return (found !== undefined && (values ?? "").split(",").includes(found)) === (operator === "in");
            }
            return value === undefined ? (found === undefined) === (not !== undefined) : found === value;
        },
    );
}

/** As the API server reads its parameter `fieldSelector`, for one field. */
function hasField(text: string, object: KubernetesObject): boolean {
    const [path = "", wanted] = text.split("=");
    const found = path
        .split(".")
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
    return (typeof found === "string" ? found : JSON.stringify(found ?? false)) === wanted;
}

/** A ready pod. */
export function podOf(
    namespace: string,
    name: string,
    labels: Readonly<Record<string, string>>,
    spec: object = {},
): KubernetesObject {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels },
        spec: {
            nodeName: "node-0",
            serviceAccountName: "web",
            containers: [{ name: "main", image: "web:1" }],
            ...spec,
        },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    };
}

/** A pod of a controller. */
export function ownedPod(pod: KubernetesObject, { apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
    const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true };
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
}

/** A Deployment with its ReplicaSet, or another workload, and its pods, all ready. @returns names of the pods */
export function addWorkload(
    api: FakeApi,
    { kind = "Deployment", namespace, name, replicas, spec = {} }: WorkloadArgs,
): readonly string[] {
    const labels = { app: name };
    const selector = { matchLabels: labels };
    const body = { replicas, selector, template: { metadata: { labels }, spec: {} } };
    const metadata = { name, namespace };
    let owner = api.put({ apiVersion: KINDS[kind].apiVersion, kind, metadata, spec: body });
    if (kind === "DaemonSet") {
        owner = api.put({ ...owner, spec: { selector }, status: { desiredNumberScheduled: replicas } });
    }
    if (kind === "Deployment") {
        const set = {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            metadata: { name: `${name}-1`, namespace },
            spec: body,
        };
        owner = api.put(ownedPod(set, owner));
    }
    return Array.from({ length: replicas }, (_, index) => {
        const pod = podOf(namespace, `${name}-${index}`, labels, { nodeName: `node-${index % 5}`, ...spec });
        return api.put(ownedPod(pod, owner)).metadata.name;
    });
}

export interface WorkloadArgs {
    readonly kind?: "Deployment" | "StatefulSet" | "DaemonSet";
    readonly namespace: string;
    readonly name: string;
    readonly replicas: number;
    readonly spec?: object;
}

/** A node. */
export function nodeOf(name: string): KubernetesObject {
    return { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {} };
}

function merged(before: unknown, patch: unknown): unknown {
    if (typeof patch !== "object" || patch === null || Array.isArray(patch)) {
        return patch;
    }
    const result: Mutable =
        typeof before === "object" && before !== null && !Array.isArray(before) ? { ...before } : {};
    for (const [key, value] of Object.entries(patch)) {
        if (value === null) {
            Reflect.deleteProperty(result, key);
        } else if (value !== undefined) {
            result[key] = merged(result[key], value);
        }
    }
    return result;
}

/** The API server leaves out maps of labels and annotations that are empty. */
function pruned(object: KubernetesObject): KubernetesObject {
    const { labels, annotations, ...metadata } = object.metadata;
    return {
        ...object,
        metadata: {
            ...metadata,
            ...(labels !== undefined && Object.keys(labels).length > 0 && { labels }),
            ...(annotations !== undefined && Object.keys(annotations).length > 0 && { annotations }),
        },
    };
}

function clone<T>(value: T): T {
    return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

function freeze<T>(value: T): T {
    return Object.freeze(clone(value));
}
