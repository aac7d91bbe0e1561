import { bindingsOfServiceAccount, effectiveRules, roleOf } from "./bindings";
import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { Grant, RuleView } from "./rules";
import { granted, grantsEverything, grantText } from "./rules";
import { hasToken, serviceAccountName } from "../../kubernetes/service-accounts";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

const RBAC = "rbac.authorization.k8s.io";

/** The rights from which every other right follows: each is a known way to take a whole cluster over. */
const TAKEOVER: readonly Grant[] = [
    { groups: [RBAC], resources: ["roles", "clusterroles"], verbs: ["bind", "escalate"] },
    { groups: [RBAC], resources: ["rolebindings", "clusterrolebindings"], verbs: ["create", "update", "patch"] },
    { groups: [""], resources: ["users", "groups", "serviceaccounts"], verbs: ["impersonate"] },
    { groups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"], namesNarrow: true },
    { groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"], namesNarrow: true },
    { groups: [""], resources: ["pods/exec", "pods/attach"], verbs: ["create", "get"] },
    { groups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["update", "patch"] },
    { groups: [""], resources: ["nodes/proxy"], verbs: ["*"] },
    {
        groups: ["", "apps", "batch"],
        resources: ["pods", "deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs"],
        verbs: ["create", "update", "patch"],
    },
    { groups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/approval"], verbs: ["update", "patch"] },
    {
        groups: ["admissionregistration.k8s.io"],
        resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
        verbs: ["create", "update", "patch"],
        namesNarrow: true,
    },
];

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
                    const path = `${pod.path}.serviceAccountName`;
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
    for (const binding of bindingsOfServiceAccount(stack, namespace, account)) {
        const by = `by ${binding.object.kind} ${binding.object.name}`;
        if (binding.roleKind === "ClusterRole" && ["cluster-admin", "admin"].includes(binding.roleName)) {
            return `the rights of ${binding.roleName} ${by}`;
        }
        const role = roleOf(stack, binding);
        for (const rule of role === undefined ? [] : effectiveRules(stack, role)) {
            const right = takeover(rule);
            if (right !== undefined) {
                return `${right} ${by}`;
            }
        }
    }
    return undefined;
}

function takeover(rule: RuleView): string | undefined {
    if (grantsEverything(rule)) {
        return "every right";
    }
    const found = TAKEOVER.map((grant) => granted(rule, grant)).find((hit) => hit !== undefined);
    return found && `the right to ${grantText(found)}`;
}
