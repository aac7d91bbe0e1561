import type { Fault } from "../../control";
import { objectControl } from "../../control";
import { cis, nist, soc2 } from "../../frameworks";
import type { Body, KubeObject } from "../../kube";
import { child } from "../../path";
import { podOf } from "../../pods";

/** Where the labels and annotations that are looked at stand, by what the parameter `kinds` asks for. */
function* places(object: KubeObject, kinds: readonly string[]) {
    const pod = kinds.includes("Pod") ? podOf(object) : undefined;
    if (pod !== undefined) {
        yield { path: pod.metadataPath, labels: pod.labels, annotations: pod.annotations };
    } else if (kinds.includes(object.kind) || kinds.includes("*")) {
        yield { path: `${object.prefix}metadata`, labels: object.labels, annotations: object.annotations };
    }
}

/** A demand is a key, or a key and a pattern for the whole value: `owner=^[a-z]+$`. */
function* missing(path: string, held: Body, demands: readonly string[]): Iterable<Fault> {
    for (const demand of demands) {
        const [key = "", pattern] = demand.split(/=(.*)/s, 2);
        const value = held[key];
        const where = child(path, key);
        if (typeof value !== "string" || value === "") {
            yield { path: where, message: `${where} is not set. Set it.`, absent: value === undefined };
            // The pattern is the configuration's own.
        } else if (pattern !== undefined && !new RegExp(pattern).test(value)) {
            yield { path: where, message: `${where} is "${value}", which does not match ${pattern}. Change it.` };
        }
    }
}

export const requiredLabelsSet = objectControl({
    name: "required-labels-set",
    description: "Every pod has the labels that say what it is.",
    why: "Without them nobody finds out in an incident what a pod belongs to, nor whom to call.",
    severity: "low",
    covers: ["rel.labels"],
    frameworks: [...cis("5.6.1"), ...nist("CM-8"), ...soc2("CC6.1")],
    remediation: "Set the label in the metadata of the pod or of the workload's template.",
    profiles: ["x0tta6bl4"],
    params: {
        labels: {
            type: "array",
            items: { type: "string" },
            description: "The labels to demand: a key, or `key=<regular expression>`.",
            default: ["app.kubernetes.io/name"],
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
        for (const { path, labels, annotations } of places(object, params.kinds)) {
            yield* missing(`${path}.labels`, labels, params.labels);
            yield* missing(`${path}.annotations`, annotations, params.annotations);
        }
    },
});
