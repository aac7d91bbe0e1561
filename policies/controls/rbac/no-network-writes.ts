import { literal, pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import type { Grant } from "../../kubernetes/rbac/grant";
import { granted, isEverything } from "../../kubernetes/rbac/grant";
import { grantAdmission, grantMessage, ROLE_KINDS } from "./rules";
import { rulesOf } from "../../kubernetes/rbac/rule";

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

/**
 * The API server writes its own roles back at every start, so nobody can change them (Kubernetes RBAC, "Auto-reconciliation").
 * The label alone proves nothing, since whoever writes a role may set it; the names are the system's own.
 */
const BOOTSTRAP = "kubernetes.io/bootstrapping";
const OWN_NAME = /^(?:admin|edit|view|cluster-admin|system:.+)$/;

function isBootstrapped({ kind, name, labels }: KubeObject): boolean {
    return kind === "ClusterRole" && OWN_NAME.test(name) && labels[BOOTSTRAP] === "rbac-defaults";
}

export const noNetworkWrites = objectControl({
    name: "no-network-writes",
    description: "No role may change Services, Ingresses or network policies at will.",
    why: "Who changes them can publish an internal service, redirect traffic, or lift the policy that isolates a pod.",
    severity: "medium",
    covers: ["rbac.network"],
    frameworks: [...mitre("T1557", "T1562"), ...nist("AC-4", "AC-6"), ...soc2("CC6.6"), ...checklist("ACC-3", "NET-3")],
    remediation: "Leave networking objects to the pipeline identity, or limit the rule with resourceNames.",
    profiles: ["nsa"],
    kinds: ROLE_KINDS,
    *check(role) {
        if (isBootstrapped(role)) {
            return;
        }
        for (const rule of rulesOf(role)) {
            const found = isEverything(rule) ? undefined : granted(rule, GRANT);
            if (found !== undefined) {
                yield {
                    path: rule.path,
                    message: `${rule.path} grants ${grantMessage(found, "Leave networking objects to the pipeline identity.")}`,
                };
            }
        }
    },
    admission: {
        expression: [
            `(object.kind == 'ClusterRole' && object.metadata.name.matches(${pattern(OWN_NAME)}) &&`,
            ` object.metadata.?labels[?${literal(BOOTSTRAP)}].orValue('') == 'rbac-defaults') ||`,
            grantAdmission([GRANT]).expression,
        ].join("\n"),
    },
});
