import type { Grant } from "../../../kubernetes/rbac/grant";
import type { Right } from "../../rights";

/** Groups whose custom resources have objects of any kind applied, and so are worth what their controller may do. */
const APPLIED: readonly string[] = [
    "kustomize.toolkit.fluxcd.io",
    "helm.toolkit.fluxcd.io",
    "helm.cattle.io",
    "fleet.cattle.io",
    "operators.coreos.com",
    "apiextensions.crossplane.io",
    "pkg.crossplane.io",
    "kubernetes.crossplane.io",
];

/** Says whether a grant is about custom resources that have objects of any kind applied. */
export function isApplied({ groups }: Grant): boolean {
    return groups.some((group) => APPLIED.includes(group));
}

/** The grants as ways of a right. A grant says its groups and resources side by side, so each may go with each. */
export function ways(grants: readonly Grant[]): Right["ways"] {
    return grants.map(({ groups, resources, verbs }) => ({
        resources: Object.fromEntries(groups.map((group) => [group, resources])),
        verbs,
    }));
}
