import type { NodeKind } from "../../nodes";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";

/** What whoever changes the custom resources of a group comes to. */
const WORTH: readonly { readonly group: string; readonly kind: NodeKind }[] = [
    { group: "external-secrets.io", kind: "stores" },
    { group: "spire.spiffe.io", kind: "identities" },
    { group: "argoproj.io", kind: "cluster-admin" },
    { group: "kustomize.toolkit.fluxcd.io", kind: "cluster-admin" },
    { group: "helm.toolkit.fluxcd.io", kind: "cluster-admin" },
];

export const convertResources = rbacFamily({
    name: "convert-resources",
    title: "change custom resources of others by a conversion webhook of their own",
    technique: TECHNIQUES.intercept,
    needs: "a custom resource that some operator acts on",
    rights: [clusterRight("apiextensions.k8s.io", ["customresourcedefinitions"], ["update", "patch"])],
    leadsTo: (landscape, { names }) => {
        const defined = names ?? landscape.stack.ofKind("CustomResourceDefinition").map(({ name }) => name);
        return WORTH.filter(({ group }) => defined.some((name) => name.endsWith(`.${group}`))).map(({ kind }) =>
            landscape.node(kind),
        );
    },
    cut: { remedy: "Take the rule out of the role.", control: "no-api-extension" },
});
