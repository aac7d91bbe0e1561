import type { Json } from "../model.js";

/** An object of the API server, as far as the responder looks at one; the rest is kept as it is. */
export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: ObjectMeta;
    readonly spec?: Record<string, unknown>;
    readonly status?: Record<string, unknown>;
    readonly [field: string]: unknown;
}

export interface ObjectMeta {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    /** Counts changes of the specification: the status is none. */
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
    readonly [field: string]: unknown;
}

export interface OwnerReference {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
}

/** Where a kind is served: everything the responder touches, and nothing else. */
export interface ResourceKind {
    readonly apiVersion: string;
    readonly kind: string;
    /** Plural, as in the path. */
    readonly resource: string;
    readonly namespaced: boolean;
}

/** The one table of kinds; RBAC is derived from the same names in the component's golden table. */
export const KINDS = {
    Pod: { apiVersion: "v1", kind: "Pod", resource: "pods", namespaced: true },
    Event: { apiVersion: "v1", kind: "Event", resource: "events", namespaced: true },
    ConfigMap: { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps", namespaced: true },
    Service: { apiVersion: "v1", kind: "Service", resource: "services", namespaced: true },
    Node: { apiVersion: "v1", kind: "Node", resource: "nodes", namespaced: false },
    Namespace: { apiVersion: "v1", kind: "Namespace", resource: "namespaces", namespaced: false },
    Deployment: { apiVersion: "apps/v1", kind: "Deployment", resource: "deployments", namespaced: true },
    ReplicaSet: { apiVersion: "apps/v1", kind: "ReplicaSet", resource: "replicasets", namespaced: true },
    StatefulSet: { apiVersion: "apps/v1", kind: "StatefulSet", resource: "statefulsets", namespaced: true },
    DaemonSet: { apiVersion: "apps/v1", kind: "DaemonSet", resource: "daemonsets", namespaced: true },
    Job: { apiVersion: "batch/v1", kind: "Job", resource: "jobs", namespaced: true },
    CronJob: { apiVersion: "batch/v1", kind: "CronJob", resource: "cronjobs", namespaced: true },
    Ingress: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", resource: "ingresses", namespaced: true },
    NetworkPolicy: {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        resource: "networkpolicies",
        namespaced: true,
    },
    Lease: { apiVersion: "coordination.k8s.io/v1", kind: "Lease", resource: "leases", namespaced: true },
    ExternalSecret: {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        resource: "externalsecrets",
        namespaced: true,
    },
    ClusterSPIFFEID: {
        apiVersion: "spire.spiffe.io/v1alpha1",
        kind: "ClusterSPIFFEID",
        resource: "clusterspiffeids",
        namespaced: false,
    },
    SecurityIncident: {
        apiVersion: "responder.x0tta6bl4.io/v1alpha1",
        kind: "SecurityIncident",
        resource: "securityincidents",
        namespaced: true,
    },
} as const satisfies Readonly<Record<string, ResourceKind>>;

export type KindName = keyof typeof KINDS;

/** An object's address. */
export interface ObjectRef {
    readonly kind: KindName;
    readonly name: string;
    /** Absent for kinds that have none. */
    readonly namespace?: string;
}

/** The API server refused or failed; `reason` is that of its Status, such as `Conflict`. */
export class ApiError extends Error {
    constructor(
        readonly reason: string,
        /** HTTP status; 0 where no answer came. */
        readonly status: number,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
        this.name = "ApiError";
    }
}

/** @returns whether an error is the API server's, for this reason */
export function isApiError(error: unknown, ...reasons: readonly string[]): error is ApiError {
    return error instanceof ApiError && reasons.includes(error.reason);
}

/** Which objects of a kind are meant. */
export interface Where {
    /** Without it, those of all namespaces. */
    readonly namespace?: string;
    /** Label selector, as the API server's parameter has it; see {@link selectorText}. */
    readonly labels?: string;
    /** Field selector, such as `spec.unschedulable=true`. */
    readonly fields?: string;
}

export interface MetadataList {
    readonly resourceVersion: string;
    readonly items: readonly ObjectMeta[];
}

export interface WatchOptions {
    readonly resourceVersion: string;
    /** After so long the server ends it, in seconds. */
    readonly seconds: number;
    readonly signal: AbortSignal;
}

/** One step of a watch. */
export interface MetadataChange {
    readonly deleted: boolean;
    readonly metadata: ObjectMeta;
}

/**
 * The API server, as the responder uses it. Every method rejects with {@link ApiError}, except that an object that isn't there
 * is `undefined` to `get`, and no failure to `delete`.
 */
export interface KubernetesApi {
    get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
    list(kind: KindName, where?: Where): Promise<readonly KubernetesObject[]>;
    /** The metadata of a collection, and the version from which {@link KubernetesApi.watchMetadata} goes on. */
    listMetadata(kind: KindName, namespace?: string): Promise<MetadataList>;
    /**
     * Follows a collection: the metadata of whatever is created, changed or deleted. Ends when the server ends it, in good time or because the
     * version is too old, and when `signal` is aborted; rejects when the connection is lost. Either way the collection is to be
     * listed again.
     */
    watchMetadata(kind: KindName, namespace: string, from: WatchOptions): AsyncIterable<MetadataChange>;
    create(object: KubernetesObject): Promise<KubernetesObject>;
    /**
     * Merges (RFC 7386). With `metadata.resourceVersion` in the patch it fails with `Conflict` when the object has changed since.
     *
     * @param subresource such as `status`
     */
    patch(
        ref: ObjectRef,
        patch: { readonly [field: string]: Json | undefined },
        subresource?: string,
    ): Promise<KubernetesObject>;
    /** Replaces the object, as long as its `resourceVersion` is still the same. */
    replace(object: KubernetesObject, subresource?: string): Promise<KubernetesObject>;
    /** Deletes that very object: another of the same name, with another UID, is left alone. */
    delete(ref: ObjectRef, options: { readonly uid?: string; readonly gracePeriodSeconds?: number }): Promise<void>;
    /** The last lines of a container's log, cut to `limitBytes`. */
    logs(ref: { readonly namespace: string; readonly pod: string; readonly container: string }): Promise<string>;
}

interface Requirements {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[];
    }[];
}

function requirementsOf(selector: unknown): Requirements {
    return selector ?? {};
}

/** Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels; an empty one selects everything. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>> | undefined): boolean {
    const { matchLabels, matchExpressions } = requirementsOf(selector);
    return (
        Object.entries(matchLabels ?? {}).every(([key, value]) => labels?.[key] === value) &&
        (matchExpressions ?? []).every(({ key, operator, values }) => {
            const value = labels?.[key];
            switch (operator) {
                case "In":
                    return value !== undefined && (values ?? []).includes(value);
                case "NotIn":
                    return value === undefined || !(values ?? []).includes(value);
                case "Exists":
                    return value !== undefined;
                case "DoesNotExist":
                    return value === undefined;
                default:
                    // An operator that isn't known yet: better believed to select than overlooked.
                    return true;
            }
        })
    );
}

/** A label selector as the API server's parameter has it. It selects no less than the selector does: the rest is for {@link selects}. */
export function selectorText(selector: unknown): string | undefined {
    const { matchLabels, matchExpressions } = requirementsOf(selector);
    const texts = [
        ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
        ...(matchExpressions ?? []).flatMap(({ key, operator, values }) => {
            switch (operator) {
                case "In":
                    return [`${key} in (${(values ?? []).join(",")})`];
                case "NotIn":
                    return [`${key} notin (${(values ?? []).join(",")})`];
                case "Exists":
                    return [key];
                case "DoesNotExist":
                    return [`!${key}`];
                default:
                    return [];
            }
        }),
    ];
    return texts.length === 0 ? undefined : texts.join(",");
}

/** Whether a pod's condition `Ready` is true and it is not on its way out. */
export function isReady(pod: KubernetesObject): boolean {
    const conditions = (pod.status?.["conditions"] ?? []) as readonly { type?: string; status?: string }[];
    return (
        pod.metadata.deletionTimestamp === undefined &&
        conditions.some(({ type, status }) => type === "Ready" && status === "True")
    );
}

/** The owner that manages the object, if there is one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
    return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}
