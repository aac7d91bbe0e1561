import type { Body, KubeObject } from "./kube";
import { isObj, list, obj, str } from "./kube";

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
    /** Undefined for any. */
    readonly value: unknown;
}

/**
 * A label selector in two: what manifests can answer, and what asks for labels that controllers add: each is met where one of its
 * values is. That such a label is not there, or is another, no manifest can say, so nothing is asked of it.
 */
export function parted(selector: unknown): {
    readonly own: unknown;
    readonly added: readonly (readonly AddedLabel[])[];
} {
    const entries = Object.entries(obj(obj(selector)["matchLabels"]));
    const rules = list(obj(selector)["matchExpressions"]);
    const isAdded = (rule: unknown): boolean => ADDED.has(str(obj(rule)["key"]));
    const equal = entries.filter(([name]) => ADDED.has(name)).map(([name, value]) => [{ name, value }]);
    const asked = rules.filter(isAdded);
    if (!isObj(selector) || (equal.length === 0 && asked.length === 0)) {
        return { own: selector, added: [] };
    }
    const matchLabels = Object.fromEntries(entries.filter(([name]) => !ADDED.has(name)));
    const matchExpressions = rules.filter((rule) => !isAdded(rule));
    const own = { ...selector, matchLabels, ...(rules.length > 0 && { matchExpressions }) };
    return { own, added: [...equal, ...asked.flatMap((rule) => valuesAsked(obj(rule)))] };
}

/** The labels of which an expression asks for one; none where it asks that there be none. */
function valuesAsked({ key, operator, values }: Body): readonly (readonly AddedLabel[])[] {
    const name = str(key);
    switch (operator) {
        case "In":
            return [list(values).map((value) => ({ name, value }))];
        case "Exists":
            return [[{ name, value: undefined }]];
        default:
            return [];
    }
}

/** Says whether the pods that are made of an object may get a label of this value. A pod of a StatefulSet has its name. */
export function setsLabel({ kind, name }: KubeObject, label: AddedLabel): boolean {
    if (ADDED.get(label.name)?.includes(kind) !== true) {
        return false;
    }
    if (typeof label.value !== "string") {
        return label.value === undefined;
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
