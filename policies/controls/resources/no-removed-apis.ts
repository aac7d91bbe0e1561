import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { minorOf } from "../../kubernetes/versions";
import { KUBERNETES_VERSION } from "./kubernetes-version";
import { replacementOf } from "./removed-apis";

/** An empty selector of a PodDisruptionBudget picked no pod in v1beta1 and picks all of the namespace since. */
function selectsDifferently({ kind, body }: KubeObject): boolean {
    const { matchLabels, matchExpressions } = obj(obj(body["spec"])["selector"]);
    const isEmpty = [matchLabels, matchExpressions].every((part) => Object.keys(part ?? {}).length === 0);
    return kind === "PodDisruptionBudget" && isEmpty;
}

export const noRemovedApis = objectControl({
    name: "no-removed-apis",
    description: "No object is written in an API version that Kubernetes has removed.",
    why: "The API server refuses the object, so the stack can't be deployed or restored on a current cluster.",
    severity: "medium",
    covers: ["rel.deprecated-api"],
    frameworks: [...nist("SA-22", "CM-6"), ...checklist("PRE-1")],
    remediation: "Use the API version that took its place.",
    profiles: ["x0tta6bl4"],
    params: KUBERNETES_VERSION,
    kinds: ["*"],
    admission: { none: "The API server refuses it already." },
    *check(object, { params }) {
        const removed = replacementOf(object.apiVersion, object.kind);
        const minor = minorOf(params.kubernetesVersion) ?? Infinity;
        if (removed !== undefined && removed.minor <= minor) {
            const path = `${object.prefix}apiVersion`;
            const instead =
                removed.replacement === undefined ? "There is none in its place." : `Use ${removed.replacement}.`;
            yield {
                path,
                message: `${path} is ${object.apiVersion}, in which ${object.kind} was removed in v1.${removed.minor}. ${instead}`,
                ...(removed.unchanged && {
                    fix: setField(object, path, removed.replacement),
                    // The cluster serves the old version no more, and the fields mean the same in the new one; see removed-apis.ts.
                    safe: !selectsDifferently(object),
                }),
            };
        }
    },
});
