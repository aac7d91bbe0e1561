import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { knownNodesAt, rootOf } from "../../kubernetes/walk";

const GATEKEEPER = "mutations.gatekeeper.sh";

/** Where each kind says what it changes: Kubernetes', Kyverno's and Gatekeeper's. */
const MUTATIONS: Readonly<Record<string, readonly string[]>> = {
    "admissionregistration.k8s.io/MutatingAdmissionPolicy": ["spec", "mutations", "*"],
    "policies.kyverno.io/MutatingPolicy": ["spec", "mutations", "*"],
    "policies.kyverno.io/NamespacedMutatingPolicy": ["spec", "mutations", "*"],
    "kyverno.io/ClusterPolicy": ["spec", "rules", "*", "mutate"],
    "kyverno.io/Policy": ["spec", "rules", "*", "mutate"],
    [`${GATEKEEPER}/Assign`]: ["spec"],
    [`${GATEKEEPER}/ModifySet`]: ["spec"],
};

const SWITCHES = "(hostPID|hostIPC|hostNetwork|privileged|allowPrivilegeEscalation|hostProcess)";
const GUARDS = "(hostUsers|runAsNonRoot|readOnlyRootFilesystem)";

/** Where a field has a value: in a merge, or in a JSON patch, whose fields stand in any order. */
function given(fields: string, value: string): readonly RegExp[] {
    return [
        String.raw`\b${fields}\s*:\s*${value}\b`,
        String.raw`\b${fields}\b\W{1,12}(?:op\s*:\s*\w+\W{1,12})?value\s*:\s*${value}\b`,
        String.raw`\bvalue\s*:\s*${value}\b[^{}]{0,200}?\/${fields}\b`,
        // eslint-disable-next-line security/detect-non-literal-regexp -- the parts are those of this file
    ].map((pattern) => new RegExp(pattern));
}

/** Settings that take from a pod or namespace what holds it, in texts without quotes. From the Pod Security Standards. */
const PRIVILEGES: readonly RegExp[] = [
    ...given(SWITCHES, "true"),
    ...given(GUARDS, "false"),
    /\b(hostPath)\b/,
    ...given("(runAsUser|runAsGroup)", "0"),
    ...given("(procMount)", "Unmasked"),
    /\b(Unconfined)\b/,
    /\b(capabilities)\b[^{}]*\{[^{}]*\b(add)\s*:\s*\[\s*\w/,
    ...given(String.raw`(capabilities)[./](add)(?:\/\d+)?`, String.raw`[[{}\s]*\w+`),
    /(pod-security\.kubernetes\.io)/,
];

export const mutationsAddNoPrivilege = objectControl({
    name: "mutations-add-no-privilege",
    description:
        "No policy of admission gives pods a privilege, or takes from a namespace the standard that it is held to.",
    why: "It changes what others apply after their reviews and scans, and no manifest of theirs says so.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1546", "T1562.001"), ...nist("AC-6", "CM-5"), ...soc2("CC8.1"), ...checklist("ACC-5")],
    remediation: "State the privilege in the pods that need it, where it is seen and waived.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: Object.keys(MUTATIONS),
    *check(object) {
        for (const node of knownNodesAt(rootOf(object), MUTATIONS[`${object.group}/${object.kind}`] ?? [])) {
            const privilege = privilegeIn(
                object.group === GATEKEEPER ? assignment(obj(node.value)) : JSON.stringify(node.value),
            );
            if (privilege !== undefined) {
                yield {
                    path: node.path,
                    message: `${node.path} sets ${privilege} in what others apply. State it in the pods that need it.`,
                };
            }
        }
    },
    admission: { none: "Policies of admission are exempt from each other, so that nobody locks themselves out." },
});

/** What Gatekeeper puts where, as a merge would write it. */
function assignment({ location, parameters }: Body): string {
    const { assign, values } = obj(parameters);
    return `${str(location)}: ${JSON.stringify(obj(assign)["value"] ?? values ?? null)}`;
}

/** The first privilege that the text of a mutation names, whether an expression, a patch or a part of an object. */
function privilegeIn(mutation: string): string | undefined {
    // Expressions and patches stand in texts whose quotes and line ends JSON escapes. An item of a list in YAML ends the one before.
    const text = mutation
        .replaceAll(/\\n\s*- /g, " } { ")
        .replaceAll(/\\n/g, " ")
        .replaceAll(/[\\"']/g, "");
    return PRIVILEGES.map((pattern) => pattern.exec(text)?.slice(1).join(".")).find((found) => found !== undefined);
}
