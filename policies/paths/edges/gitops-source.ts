import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import { TECHNIQUES } from "../techniques";

/** An Application of Argo CD: its controller, which mostly may do everything, applies what the repository holds. */
function* application(landscape: Landscape, object: KubeObject): Iterable<Link> {
    const spec = obj(object.body["spec"]);
    const sources = [spec["source"], ...list(spec["sources"])].map((source) => str(obj(source)["repoURL"]));
    for (const url of sources.filter((source) => source !== "")) {
        yield {
            from: landscape.node("repository", "", url),
            to: landscape.node("cluster-admin"),
            object,
            field: `${object.prefix}spec.source`,
            reason: "Argo CD applies it with its controller's rights, within what the AppProject allows, which is not looked at",
        };
    }
}

/** A Kustomization or HelmRelease of Flux: the account it names applies it, and without one the controller. */
function* fluxObject(landscape: Landscape, object: KubeObject): Iterable<Link> {
    const spec = obj(object.body["spec"]);
    const chart = obj(obj(spec["chart"])["spec"]);
    const source = [spec["sourceRef"], spec["chartRef"], chart["sourceRef"]]
        .map(obj)
        .find(({ name }) => name !== undefined);
    const namespace = str(source?.["namespace"]) || namespaceOf(object);
    const found = landscape.stack.find(str(source?.["kind"]), namespace, str(source?.["name"]));
    const url =
        str(obj(found?.body["spec"])["url"]) || `${str(source?.["kind"])} ${namespace}/${str(source?.["name"])}`;
    const account = str(spec["serviceAccountName"]);
    yield {
        from: landscape.node("repository", "", url),
        to: account === "" ? landscape.node("cluster-admin") : landscape.node("account", namespaceOf(object), account),
        object,
        field: `${object.prefix}spec.${account === "" ? "sourceRef" : "serviceAccountName"}`,
        reason: account === "" ? "Flux applies it with its controller's rights" : "Flux applies it as this account",
    };
}

const FLUX = ["kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease"];

export const gitopsSource: EdgeFamily = {
    name: "gitops-source",
    title: "have what they push to a repository applied",
    technique: TECHNIQUES.supplyChain,
    needs: "to push to the repository, past its reviews",
    cut: {
        effort: "change",
        remedy: "Name a service account in spec.serviceAccountName that may do only what the repository needs.",
    },
    find: (landscape) =>
        landscape.eachObject(landscape.stack.objects, (object) => {
            const kind = `${object.group}/${object.kind}`;
            return kind === "argoproj.io/Application"
                ? application(landscape, object)
                : FLUX.includes(kind)
                  ? fluxObject(landscape, object)
                  : [];
        }),
};
