import type { ParamSchemas, Params } from "../../policies/engine/control";
import { steps } from "../../policies/kubernetes/path";
import type { ContainerRole } from "../../policies/kubernetes/pods";
import { UnknownValueError } from "../../policies/kubernetes/unknown";
import type { Manifest } from "./controls";
import { wrapPod } from "./wrap";

/** One case of a control's table. What it leaves out is taken from the table's `good` pod. */
export interface Case {
    /** Fields of the pod's container; name and image are given. */
    readonly container?: Manifest;
    /** Fields of the pod's spec, beside `containers`. */
    readonly pod?: Manifest;
    /** Fields of the pod's metadata, beside name and namespace. */
    readonly metadata?: Manifest;
    /** The kind that carries the pod; Pod unless said otherwise. */
    readonly kind?: string;
    /** Fields of the carrying object's spec, beside the pod. */
    readonly workload?: Manifest;
    /** Further manifests of the stack, beside the pod. */
    readonly beside?: readonly Manifest[];
    /** One whole manifest, for a control that isn't about pods. */
    readonly object?: Manifest;
    /** Several manifests, taken as one stack. */
    readonly stack?: readonly Manifest[];
    readonly params?: Partial<Params<ParamSchemas>>;
}

/** An image that no control has anything against. */
export const IMAGE = `registry.example/shop/web:1.4.2@sha256:${"7e".repeat(32)}`;

/** A workload called `web` in the namespace `shop`, whose selector picks its pods; `spec` and `pod` add to it. */
export function workload(kind: string, spec: Manifest = {}, pod: Manifest = {}): Manifest {
    const labels = { app: "web" };
    return {
        apiVersion: kind === "ReplicationController" ? "v1" : "apps/v1",
        kind,
        metadata: { name: "web", namespace: "shop" },
        spec: {
            selector: kind === "ReplicationController" ? labels : { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "web", image: IMAGE }], ...pod } },
            ...spec,
        },
    };
}

/** Says whether a case is written as a part of a pod. */
export function isPodCase(one: Case): boolean {
    return one.object === undefined && one.stack === undefined;
}

/** The manifests of a case. `role` moves its container to another list of the pod, beside a good one. */
export function manifestsOf(one: Case, good: Case, role: ContainerRole = "main"): readonly Manifest[] {
    if (one.stack !== undefined) {
        return one.stack;
    }
    return one.object !== undefined
        ? [one.object]
        : [podManifest(one, good, role), ...(one.beside ?? good.beside ?? [])];
}

const LISTS: Readonly<Record<ContainerRole, string>> = {
    init: "initContainers",
    sidecar: "initContainers",
    main: "containers",
    ephemeral: "ephemeralContainers",
};

/** The list of the pod's spec that holds containers of a role. */
export function listOf(role: ContainerRole): string {
    return LISTS[role];
}

function podManifest(one: Case, good: Case, role: ContainerRole): Manifest {
    const container = {
        name: "web",
        image: IMAGE,
        ...(role === "sidecar" && { restartPolicy: "Always" }),
        ...(one.container ?? good.container),
    };
    const beside = { name: "beside", image: IMAGE, ...good.container };
    const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: "shop", ...(one.metadata ?? good.metadata) },
        spec: {
            [listOf(role)]: [container],
            ...(role !== "main" && { containers: [beside] }),
            ...(one.pod ?? good.pod),
        },
    };
    const carried = wrapPod(pod, one.kind ?? good.kind ?? "Pod");
    const spec = (carried["spec"] ?? {}) as Manifest;
    return { ...carried, spec: { ...spec, ...(one.workload ?? good.workload) } };
}

/** A copy of a manifest in which reading one field throws, as an unknown value does in preview. Missing parents are made. */
export function withUnknown(manifest: Manifest, path: string): Manifest {
    const way = [...steps(path)];
    const last = way.pop() ?? "";
    const copy = structuredClone(manifest) as Record<string | number, unknown>;
    let holder = copy;
    for (const [depth, step] of way.entries()) {
        const next = typeof (way[depth + 1] ?? last) === "number" ? [] : {};
        holder = (holder[step] ??= next) as Record<string | number, unknown>;
    }
    Object.defineProperty(holder, last, {
        enumerable: true,
        get: () => {
            throw new UnknownValueError([String(last)]);
        },
    });
    return copy;
}

/** A copy with the keys of every object in another order, chosen by `seed`. */
export function shuffled<T>(value: T, seed: number): T {
    if (Array.isArray(value)) {
        return value.map((item: unknown) => shuffled(item, seed)) as T;
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const rank = (key: string) =>
        Array.from(key).reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 65521, seed);
    const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
    return Object.fromEntries(entries.map(([key, inner]) => [key, shuffled(inner, seed)])) as T;
}
