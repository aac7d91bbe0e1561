import type { KubeObject } from "./kube";
import { isObj, obj } from "./kube";

/**
 * Labels that the controllers of Kubernetes add to the pods they make, with the kinds whose pods get them ("Well-Known
 * Labels, Annotations and Taints"). A manifest never shows them.
 */
const ADDED: ReadonlyMap<string, readonly string[]> = new Map([
    ["statefulset.kubernetes.io/pod-name", ["StatefulSet"]],
    ["apps.kubernetes.io/pod-index", ["StatefulSet"]],
    ["controller-revision-hash", ["StatefulSet", "DaemonSet"]],
    ["pod-template-generation", ["DaemonSet"]],
    ["pod-template-hash", ["Deployment", "ReplicaSet"]],
    ["batch.kubernetes.io/job-name", ["Job", "CronJob"]],
    ["batch.kubernetes.io/controller-uid", ["Job", "CronJob"]],
    ["batch.kubernetes.io/job-completion-index", ["Job", "CronJob"]],
    ["job-name", ["Job", "CronJob"]],
    ["controller-uid", ["Job", "CronJob"]],
]);

/** A label that a selector asks for and a controller adds. */
interface AddedLabel {
    readonly name: string;
    readonly value: unknown;
}

/** A label selector in two: what manifests can answer, and the equalities that ask for labels which controllers add. */
export function parted(selector: unknown): { readonly own: unknown; readonly added: readonly AddedLabel[] } {
    const entries = Object.entries(obj(obj(selector)["matchLabels"]));
    const added = entries.filter(([name]) => ADDED.has(name)).map(([name, value]) => ({ name, value }));
    if (!isObj(selector) || added.length === 0) {
        return { own: selector, added: [] };
    }
    const matchLabels = Object.fromEntries(entries.filter(([name]) => !ADDED.has(name)));
    return { own: { ...selector, matchLabels }, added };
}

/** Says whether the pods that are made of an object may get a label of this value. A pod of a StatefulSet has its name. */
export function setsLabel({ kind, name }: KubeObject, label: AddedLabel): boolean {
    if (ADDED.get(label.name)?.includes(kind) !== true || typeof label.value !== "string") {
        return false;
    }
    switch (label.name) {
        case "statefulset.kubernetes.io/pod-name":
            return label.value.startsWith(`${name}-`) && /^\d+$/.test(label.value.slice(name.length + 1));
        case "batch.kubernetes.io/job-name":
        case "job-name":
            return kind === "Job" ? label.value === name : label.value.startsWith(`${name}-`);
        default:
            return true;
    }
}
