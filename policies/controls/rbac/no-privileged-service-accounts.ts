import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { authorizerOf } from "../../kubernetes/rbac/authorizer";
import { grantsEverything, grantText } from "../../kubernetes/rbac/grant";
import { takeoversIn } from "../../kubernetes/rbac/powers";
import { hasToken, serviceAccountName } from "../../kubernetes/service-accounts";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

export const noPrivilegedServiceAccounts = stackControl({
    name: "no-privileged-service-accounts",
    description: "No pod holds a token whose rights are enough to take the cluster over.",
    why: "Whoever gets into such a pod has those rights; an administrator's password in a container would be no worse.",
    severity: "high",
    covers: ["sa.privileged-workload"],
    frameworks: [
        ...cis("5.1.1", "5.1.6"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1528", "T1078", "T1098.006"),
        ...nist("AC-6", "AC-6(1)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Bind a role that lists what the workload needs, or give the pod no token.",
    profiles: ["cis", "nsa"],
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                const account = serviceAccountName(pod);
                const power = powerOf(stack, namespaceOf(pod.object), account);
                if (power !== undefined && hasToken(stack, pod)) {
                    const path = `${pod.prefix}serviceAccountName`;
                    yield {
                        object: pod.object,
                        path,
                        message: `${path}: service account "${account}" has ${power}, and the pod gets its token. Bind a role that lists what is needed.`,
                    };
                }
            },
        );
    },
    admission: { none: "The pod's rights stand in its bindings and their roles, which are other objects." },
});

/** The first right of a service account that is enough for a takeover, and where it comes from. */
function powerOf(stack: Stack, namespace: string, account: string): string | undefined {
    for (const { namespace: where, rules, by } of authorizerOf(stack).grantsOf({
        user: `system:serviceaccount:${namespace}:${account}`,
        groups: [],
    })) {
        for (const rule of rules) {
            if (grantsEverything(rule)) {
                return `every right by ${by}`;
            }
            const [hit] = takeoversIn(rule, where === "");
            if (hit !== undefined) {
                return `the right to ${grantText(hit.found)} by ${by}`;
            }
        }
    }
    return undefined;
}
