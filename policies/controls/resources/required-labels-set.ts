import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { cis, nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import { podOf } from "../../kubernetes/pods";

/** Where the labels and annotations that are looked at stand, by what the parameter `kinds` asks for. */
function* places(object: KubeObject, kinds: readonly string[]) {
    const pod = kinds.includes("Pod") ? podOf(object) : undefined;
    if (pod !== undefined) {
        yield { path: pod.metadataPath, labels: pod.labels, annotations: pod.annotations };
    } else if (kinds.includes(object.kind) || kinds.includes("*")) {
        yield { path: `${object.prefix}metadata`, labels: object.labels, annotations: object.annotations };
    }
}

/** Says whether one of some labels is set and not empty. */
function says(held: Body, keys: readonly string[]): boolean {
    return keys.some((key) => typeof held[key] === "string" && held[key] !== "");
}

/** A demand is a key, or a key and a pattern for the whole value: `owner=^[a-z]+$`. */
function* missing(path: string, held: Body, demands: readonly string[]): Iterable<Fault> {
    for (const demand of demands) {
        const [key = "", pattern] = demand.split(/=(.*)/s, 2);
        const value = held[key];
        const where = child(path, key);
        if (typeof value !== "string" || value === "") {
            yield { path: where, message: `${where} is not set. Set it.`, absent: value === undefined };
            // eslint-disable-next-line security/detect-non-literal-regexp -- the pattern is the configuration's own
        } else if (pattern !== undefined && !new RegExp(pattern).test(value)) {
            yield { path: where, message: `${where} is "${value}", which does not match ${pattern}. Change it.` };
        }
    }
}

export const requiredLabelsSet = objectControl({
    name: "required-labels-set",
    description: "Every pod, or the workload that makes it, has a label that says what it is.",
    why: "Without them nobody finds out in an incident what a pod belongs to, nor whom to call.",
    severity: "low",
    enforcement: "advisory", // Which labels a team goes by is its own to say.
    covers: ["rel.labels"],
    frameworks: [...cis("5.6.1"), ...nist("CM-8"), ...soc2("CC6.1")],
    remediation: "Set the label in the metadata of the pod or of the workload's template.",
    profiles: ["x0tta6bl4"],
    params: {
        recommended: {
            type: "array",
            items: { type: "string" },
            description:
                "Labels of which a pod, or the workload that makes it, must have at least one; none where empty.",
            default: [
                "app.kubernetes.io/name",
                "app.kubernetes.io/instance",
                "app.kubernetes.io/component",
                "app.kubernetes.io/part-of",
                "owner",
            ],
        },
        labels: {
            type: "array",
            items: { type: "string" },
            description: "The labels to demand: a key, or `key=<regular expression>`.",
            default: [],
        },
        annotations: {
            type: "array",
            items: { type: "string" },
            description: "The annotations to demand: a key, or `key=<regular expression>`.",
            default: [],
        },
        kinds: {
            type: "array",
            items: { type: "string" },
            description: "The kinds to look at; `Pod` means pods wherever they are written, `*` every object.",
            default: ["Pod"],
        },
    },
    kinds: ["*"],
    admission: { none: "Which labels are demanded is a parameter of the stack." },
    *check(object, { params }) {
        const pod = podOf(object);
        const { recommended } = params;
        if (
            pod !== undefined &&
            recommended.length > 0 &&
            !says(pod.labels, recommended) &&
            !says(object.labels, recommended)
        ) {
            const path = `${pod.metadataPath}.labels`;
            yield { path, message: `${path} has none of ${recommended.join(", ")}. Set one.`, absent: true };
        }
        for (const { path, labels, annotations } of places(object, params.kinds)) {
            yield* missing(`${path}.labels`, labels, params.labels);
            yield* missing(`${path}.annotations`, annotations, params.annotations);
        }
    },
});
