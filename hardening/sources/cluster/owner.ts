import type { KubeObject } from "../../../policies/kubernetes/kube";
import { str } from "../../../policies/kubernetes/kube";

/**
 * Who manages an object of a live cluster, so that a finding is put right at the place that would otherwise undo it.
 * Undefined where nothing on the object tells.
 */
export function ownerOf({ labels, annotations }: KubeObject): string | undefined {
    const label = (name: string) => str(labels[name]);
    const annotation = (name: string) => str(annotations[name]);
    const fluxHelm = label("helm.toolkit.fluxcd.io/name");
    const flux = label("kustomize.toolkit.fluxcd.io/name");
    const argo = annotation("argocd.argoproj.io/tracking-id").split(":")[0] || label("argocd.argoproj.io/instance");
    const helm = annotation("meta.helm.sh/release-name");
    // The outermost manager first: Argo and Flux install Helm charts too.
    if (argo) {
        return `Argo CD application ${argo}`;
    }
    if (fluxHelm !== "") {
        return `Flux HelmRelease ${qualified(label("helm.toolkit.fluxcd.io/namespace"), fluxHelm)}`;
    }
    if (flux !== "") {
        return `Flux Kustomization ${qualified(label("kustomize.toolkit.fluxcd.io/namespace"), flux)}`;
    }
    if (helm !== "") {
        return `Helm release ${qualified(annotation("meta.helm.sh/release-namespace"), helm)}`;
    }
    return label("kubernetes.io/bootstrapping") === "" ? undefined : "Kubernetes itself (default RBAC)";
}

function qualified(namespace: string, name: string): string {
    return namespace === "" ? name : `${namespace}/${name}`;
}
