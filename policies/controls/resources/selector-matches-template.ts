import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { MAKER_KINDS } from "../../kubernetes/kinds";
import { isObj, obj } from "../../kubernetes/kube";
import { podOf } from "../../kubernetes/pods";
import { selects } from "../../kubernetes/selectors";

export const selectorMatchesTemplate = objectControl({
    name: "selector-matches-template",
    description: "Every workload's selector picks the pods that it makes.",
    why: "The API refuses a workload whose selector misses its own pods, and before it did, such a workload made pods without end.",
    severity: "medium",
    covers: ["rel.selectors"],
    frameworks: [...nist("CM-6", "SI-10"), ...checklist("PRE-1")],
    remediation: "Use the same labels in spec.selector.matchLabels and in the template's metadata.",
    profiles: ["x0tta6bl4"],
    // A CronJob has no selector, and in the old group it defaults to the template's labels.
    kinds: MAKER_KINDS.filter((kind) => kind !== "batch/CronJob" && !kind.startsWith("extensions/")),
    admission: { none: "The API server refuses it already." },
    *check(object) {
        const pod = podOf(object);
        const { selector } = obj(object.body["spec"]) as { selector?: unknown };
        const path = `${object.prefix}spec.selector`;
        // A ReplicationController's selector is a plain map, and defaults to the template's labels.
        const plain = object.kind === "ReplicationController";
        // A Job's selector is the API server's to write, unless manualSelector says otherwise.
        const generated = object.kind === "Job" && obj(object.body["spec"])["manualSelector"] !== true;
        if (pod === undefined || generated || (plain && selector === undefined)) {
            return;
        }
        const labelSelector = plain ? { matchLabels: selector } : selector;
        if (!isObj(selector) || Object.keys(selector).length === 0) {
            yield {
                path,
                message: `${path} is ${isObj(selector) ? "empty" : "not set"}. State the template's labels in it.`,
                absent: selector === undefined,
            };
        } else if (!selects(labelSelector, pod.labels)) {
            yield {
                path,
                message: `${path} does not pick the labels in ${pod.metadataPath}.labels. Use the same in both.`,
            };
        }
    },
});
