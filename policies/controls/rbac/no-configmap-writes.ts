import type { Grant } from "../../kubernetes/rbac/grant";
import { granted, grantText, isEverything } from "../../kubernetes/rbac/grant";
import { grantAdmission, ROLE_KINDS } from "./rules";
import { rulesOf } from "../../kubernetes/rbac/rule";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";

const GRANT: Grant = {
    groups: [""],
    resources: ["configmaps"],
    verbs: ["create", "update", "patch", "delete", "deletecollection"],
};

/** ConfigMaps whose content decides who the cluster trusts or where its names point. */
const SENSITIVE = new Set([
    "aws-auth",
    "coredns",
    "coredns-custom",
    "kube-dns",
    "kube-proxy",
    "kubeadm-config",
    "extension-apiserver-authentication",
    "cluster-info",
]);

export const noConfigmapWrites = objectControl({
    name: "no-configmap-writes",
    description: "No role may change any ConfigMap it likes, nor those the cluster itself is steered by.",
    why: "A changed coredns ConfigMap redirects every name of the cluster; a changed aws-auth makes anybody an administrator.",
    severity: "medium",
    covers: ["rbac.configmaps"],
    frameworks: [...mitre("T1557", "T1098"), ...nist("AC-6", "CM-5"), ...soc2("CC6.3", "CC8.1"), ...checklist("ACC-3")],
    remediation: "Limit the rule to the ConfigMaps the component owns with resourceNames.",
    profiles: ["nsa"],
    kinds: ROLE_KINDS,
    *check(role) {
        for (const rule of rulesOf(role)) {
            const found = isEverything(rule) ? undefined : granted(rule, GRANT);
            const sensitive = rule.resourceNames.filter((name) => SENSITIVE.has(name));
            if (found !== undefined && (rule.resourceNames.length === 0 || sensitive.length > 0)) {
                const which = sensitive.length > 0 ? ` named ${sensitive.join(", ")}` : "";
                yield {
                    path: rule.path,
                    message: `${rule.path} grants ${grantText(found)}${which}. Limit it with resourceNames to the ConfigMaps the component owns.`,
                };
            }
        }
    },
    admission: grantAdmission([
        { ...GRANT, namesNarrow: true },
        { ...GRANT, names: [...SENSITIVE] },
    ]),
});
