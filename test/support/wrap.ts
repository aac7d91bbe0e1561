import type { Manifest } from "./controls";

interface Wrapper {
    readonly apiVersion: string;
    readonly kind: string;
    /** Prefix of the pod's paths in this kind. */
    readonly path: string;
    readonly wrap: (template: Manifest) => Manifest;
}

function workload(apiVersion: string, kind: string, more: Manifest = {}): Wrapper {
    return { apiVersion, kind, path: "spec.template.", wrap: (template) => ({ spec: { ...more, template } }) };
}

/** Every kind that carries a pod, and how. */
export const WRAPPERS: readonly Wrapper[] = [
    { apiVersion: "v1", kind: "Pod", path: "", wrap: (template) => template },
    { apiVersion: "v1", kind: "PodTemplate", path: "template.", wrap: (template) => ({ template }) },
    workload("v1", "ReplicationController"),
    workload("apps/v1", "Deployment"),
    workload("apps/v1", "DaemonSet"),
    workload("apps/v1", "StatefulSet"),
    workload("apps/v1", "ReplicaSet"),
    workload("apps.openshift.io/v1", "DeploymentConfig"),
    workload("argoproj.io/v1alpha1", "Rollout"),
    workload("batch/v1", "Job"),
    {
        apiVersion: "batch/v1",
        kind: "CronJob",
        path: "spec.jobTemplate.spec.template.",
        wrap: (template) => ({ spec: { jobTemplate: { spec: { template } } } }),
    },
];

/** The six kinds of controllers that people write. */
export const CONTROLLERS: readonly string[] = [
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "ReplicaSet",
    "Job",
    "CronJob",
];

/** A Pod's manifest in another kind, under the same name. */
export function wrapPod(pod: Manifest, kind: string): Manifest {
    const wrapper = WRAPPERS.find((candidate) => candidate.kind === kind);
    if (wrapper === undefined) {
        throw new Error(`${kind} carries no pod`);
    }
    const template = Object.fromEntries(Object.entries(pod).filter(([key]) => key !== "apiVersion" && key !== "kind"));
    const metadata = (pod["metadata"] ?? {}) as Manifest;
    const { name, namespace, ...ofTemplate } = metadata;
    const own = { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) };
    const carried = kind === "Pod" ? template : { ...template, metadata: ofTemplate };
    return { apiVersion: wrapper.apiVersion, kind, metadata: own, ...wrapper.wrap(carried) };
}

/** A field path of a Pod as it reads in another kind. */
export function wrapPath(path: string, kind: string): string {
    const wrapper = WRAPPERS.find((candidate) => candidate.kind === kind);
    return `${wrapper?.path ?? ""}${path}`;
}
