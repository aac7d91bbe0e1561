import { limitsOf, projectOf, takesFrom } from "../../kubernetes/argo-projects";
import type { KubeObject } from "../../kubernetes/kube";
import { describe, list, obj, str } from "../../kubernetes/kube";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { PathNode } from "../nodes";
import { TECHNIQUES } from "../techniques";

/**
 * An Application of Argo CD: its controller, which mostly may do everything, applies what the repository holds, within what the
 * project of the Application lets it.
 */
function* application(landscape: Landscape, object: KubeObject): Iterable<Link> {
    const spec = obj(object.body["spec"]);
    const sources = [spec["source"], ...list(spec["sources"])].map((source) => str(obj(source)["repoURL"]));
    const project = projectOf(landscape.stack, object);
    for (const url of sources.filter((source) => source !== "")) {
        const from = landscape.node("repository", "", url);
        const field = `${object.prefix}spec.source`;
        if (project === undefined) {
            const reason = "Argo CD applies it with its controller's rights, and no project here says to what";
            yield { from, to: landscape.node("cluster-admin"), object, field, reason };
        } else if (takesFrom(project, url)) {
            yield* withinProject(landscape, project).map((link) => ({ ...link, from }));
        }
    }
}

/** Where a project lets its repositories apply to. */
function withinProject(landscape: Landscape, project: KubeObject): readonly Omit<Link, "from">[] {
    const limits = limitsOf(project, landscape.namespaces);
    const at = `${project.prefix}spec`;
    const link = (to: PathNode, field: string, reason: string): Omit<Link, "from"> => ({
        to,
        object: project,
        field: `${at}.${field}`,
        reason: `${describe(project)} lets Argo CD ${reason}`,
        cut: { effort: "change", remedy: LIMIT_PROJECT, control: "argo-projects-bounded" },
    });
    if (limits.clusterWide) {
        return [
            link(landscape.node("cluster-admin"), "clusterResourceWhitelist", "apply objects outside of namespaces"),
        ];
    }
    return [
        ...limits.namespaces.map((name) =>
            link(landscape.node("namespace", name), "destinations", `apply any object in ${name}`),
        ),
        ...(limits.namespaceObjects
            ? [
                  link(
                      landscape.node("control-plane"),
                      "clusterResourceWhitelist",
                      "take a namespace's Pod Security label off",
                  ),
              ]
            : []),
    ];
}

/** Whoever has everything where Argo CD keeps its projects writes one that allows everything. */
function ownProjects(landscape: Landscape, project: KubeObject): Link {
    return {
        from: landscape.node("namespace", namespaceOf(project)),
        to: landscape.node("cluster-admin"),
        object: project,
        field: `${project.prefix}metadata.namespace`,
        reason: "Argo CD takes its projects, which say what it applies, from this namespace",
        cut: { effort: "never", remedy: "" },
    };
}

const LIMIT_PROJECT = "Name the repositories, namespaces and kinds in the AppProject that this source needs.";

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
                : kind === "argoproj.io/AppProject"
                  ? [ownProjects(landscape, object)]
                  : FLUX.includes(kind)
                    ? fluxObject(landscape, object)
                    : [];
        }),
};
