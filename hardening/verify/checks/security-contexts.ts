import { isDeepStrictEqual } from "node:util";

import type { Body } from "../../../policies/kubernetes/kube";
import { obj, str } from "../../../policies/kubernetes/kube";
import { show } from "../../../policies/text";
import type { Check, Verdict } from "../check";
import { failed, proved } from "../check";
import { containersOf, nameOf, selects } from "../expected";

/** What admission left of the stack's security contexts: mutating webhooks and sidecar injectors may change them. */
export const securityContextsAsWritten: Check = {
    name: "security-contexts-as-written",
    title: "Running pods have the security contexts that the stack wrote",
    covers: ["CTR-2", "CTR-7", "ACC-4"],
    remedy: "Find the webhook that changes pods (kubectl get mutatingwebhookconfigurations), or deploy the stack again.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        for (const workload of expected.workloads()) {
            const template = obj(workload.template["spec"]);
            const pods = await live.objects("/api/v1", "pods", workload.namespace);
            for (const pod of pods.filter((candidate) => selects(workload.selector, candidate))) {
                const subject = `Pod ${workload.namespace}/${nameOf(pod)}`;
                const faults = differences(template, obj(pod["spec"]));
                verdicts.push(
                    faults.length === 0
                        ? proved(subject, `${containersOf(template).length} containers run as written`)
                        : failed(subject, faults.join("; ")),
                );
            }
        }
        return verdicts;
    },
};

const POD_FIELDS = ["hostPID", "hostIPC", "hostNetwork", "automountServiceAccountToken"] as const;

function differences(template: Body, pod: Body): readonly string[] {
    const faults: string[] = [];
    if (!isDeepStrictEqual(obj(template["securityContext"]), obj(pod["securityContext"]))) {
        faults.push("spec.securityContext is not what the stack wrote");
    }
    for (const field of POD_FIELDS) {
        if ((template[field] ?? false) !== (pod[field] ?? false)) {
            faults.push(`spec.${field} is ${show(pod[field] ?? false)}, not ${show(template[field] ?? false)}`);
        }
    }
    const written = new Map(containersOf(template).map((container) => [str(container["name"]), container]));
    for (const container of containersOf(pod)) {
        const name = str(container["name"]);
        const original = written.get(name);
        if (original === undefined) {
            faults.push(`container "${name}" was added after the stack`);
        } else if (!isDeepStrictEqual(obj(original["securityContext"]), obj(container["securityContext"]))) {
            faults.push(`the security context of container "${name}" is not what the stack wrote`);
        }
    }
    return faults;
}
