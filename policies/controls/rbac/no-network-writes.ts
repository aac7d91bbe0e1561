import type { Grant } from "../../rbac";
import { granted, grantAdmission, grantText, rulesOf } from "../../rbac";
import { objectControl } from "../../control";
import { checklist, mitre, nist, soc2 } from "../../frameworks";

const GRANT: Grant = {
    groups: [
        "",
        "networking.k8s.io",
        "extensions",
        "gateway.networking.k8s.io",
        "policy.networking.k8s.io",
        "cilium.io",
    ],
    resources: [
        "services",
        "ingresses",
        "networkpolicies",
        "gateways",
        "httproutes",
        "adminnetworkpolicies",
        "baselineadminnetworkpolicies",
        "ciliumnetworkpolicies",
        "ciliumclusterwidenetworkpolicies",
    ],
    verbs: ["create", "update", "patch", "delete", "deletecollection"],
    namesNarrow: true,
};

/** The API server writes its own roles back at every start, so their authors can't change them (Kubernetes RBAC, auto-reconciliation). */
const BOOTSTRAP = "kubernetes.io/bootstrapping";

export const noNetworkWrites = objectControl({
    name: "no-network-writes",
    description: "No role may change Services, Ingresses or network policies at will.",
    why: "Who changes them can publish an internal service, redirect traffic, or lift the policy that isolates a pod.",
    severity: "medium",
    covers: ["rbac.network"],
    frameworks: [...mitre("T1557", "T1562"), ...nist("AC-4", "AC-6"), ...soc2("CC6.6"), ...checklist("ACC-3", "NET-3")],
    remediation: "Leave networking objects to the pipeline identity, or limit the rule with resourceNames.",
    profiles: ["nsa"],
    kinds: ["rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"],
    *check(role) {
        if (role.labels[BOOTSTRAP] === "rbac-defaults") {
            return;
        }
        for (const rule of rulesOf(role)) {
            const found = granted(rule, GRANT);
            if (found !== undefined) {
                yield {
                    path: rule.path,
                    message: `${rule.path} grants ${grantText(found)}. Leave networking objects to the pipeline identity.`,
                };
            }
        }
    },
    admission: {
        expression: `object.metadata.?labels[?'${BOOTSTRAP}'].orValue('') == 'rbac-defaults' || ${grantAdmission([GRANT]).expression}`,
    },
});
