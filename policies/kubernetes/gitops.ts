import type { KubeObject } from "./kube";
import { isObj, list, obj, str } from "./kube";
import type { Stack } from "./stack";
import { namespaceOf } from "./stack";

/** Where an object of Argo CD or Flux takes the objects from that it applies. */
export interface GitSource {
    /** The repository's address; undefined where the objects at hand don't say it. */
    readonly repository: string | undefined;
    /** The folder in it; undefined for a chart of a registry, an artifact, or what is worked out in the cluster. */
    readonly path: string | undefined;
    /**
     * What is applied is not what the folder holds by itself, as it is now: it is given values, patches or a plugin, or is of a commit or
     * a release. A branch is taken for the one at hand.
     */
    readonly changed: boolean;
}

/** Fields of an Application's source that change what its folder comes to (argoproj.io/v1alpha1, ApplicationSource). */
const ARGO_CHANGES = ["helm", "kustomize", "plugin"];
/** Those of Flux's Kustomization and HelmRelease (all versions), and of the chart that a HelmRelease takes. */
const FLUX_CHANGES = [
    ...["patches", "patchesStrategicMerge", "patchesJson6902", "images", "postBuild", "components"],
    ...["targetNamespace", "namePrefix", "nameSuffix", "commonMetadata", "values", "valuesFrom", "postRenderers"],
];
const CHART_CHANGES = ["valuesFile", "valuesFiles"];
/** Fields of a GitRepository's `ref` that stay where they are while its branch goes on. */
const FIXED = ["commit", "tag", "semver"];

/** A commit, a version or a range of versions (Argo CD, "Tracking and Deployment Strategies"). */
const FIXED_REVISION = /^(?:[0-9a-f]{7,40}|[v^~<>=]*\d+(?:\.(?:\d+|[x*]))*(?:[-+ ].*)?|refs\/tags\/.*)$/i;

function argoSources(spec: unknown): readonly GitSource[] {
    const { source, sources } = obj(spec);
    return [...(isObj(source) ? [source] : []), ...list(sources).map(obj)].map((one): GitSource => {
        const isChart = str(one["chart"]) !== "";
        return {
            repository: str(one["repoURL"]) || undefined,
            // A source by reference alone brings files for the values of others, and no objects.
            path: isChart ? undefined : str(one["path"]) || ".",
            changed:
                ARGO_CHANGES.some((field) => one[field] !== undefined) ||
                obj(one["directory"])["jsonnet"] !== undefined ||
                FIXED_REVISION.test(str(one["targetRevision"])),
        };
    });
}

function fluxSource(object: KubeObject, reference: unknown, path: unknown, stack: Stack): GitSource {
    const { kind, name, namespace } = obj(reference);
    const isGit = kind === "GitRepository";
    const found = isGit ? stack.find("GitRepository", str(namespace) || namespaceOf(object), str(name)) : undefined;
    const spec = obj(object.body["spec"]);
    const chart = obj(obj(spec["chart"])["spec"]);
    const { url, ref } = obj(found?.body["spec"]);
    return {
        repository: str(url) || undefined,
        path: isGit ? str(path) || "." : undefined,
        changed:
            FLUX_CHANGES.some((field) => spec[field] !== undefined) ||
            CHART_CHANGES.some((field) => chart[field] !== undefined) ||
            FIXED.some((field) => obj(ref)[field] !== undefined) ||
            FIXED_REVISION.test(str(obj(ref)["name"])),
    };
}

/** What only a controller in the cluster works out. */
const UNSEEN: readonly GitSource[] = [{ repository: undefined, path: undefined, changed: true }];

type Reader = (object: KubeObject, stack: Stack) => readonly GitSource[];

/** Kinds whose objects have a controller fetch others and apply them, as `group/Kind`. */
const READERS: Readonly<Record<string, Reader>> = {
    "argoproj.io/Application": ({ body }) => {
        const sources = argoSources(body["spec"]);
        // A hydrator (`sourceHydrator`) works out what is applied; what has no source at all is broken.
        return sources.length > 0 ? sources : UNSEEN;
    },
    // Its generators fill templates in, which only the controller can do.
    "argoproj.io/ApplicationSet": () => UNSEEN,
    "kustomize.toolkit.fluxcd.io/Kustomization": (object, stack) => {
        const { sourceRef, path } = obj(object.body["spec"]);
        return [fluxSource(object, sourceRef, path, stack)];
    },
    "helm.toolkit.fluxcd.io/HelmRelease": (object, stack) => {
        const { chart, sourceRef } = obj(obj(obj(object.body["spec"])["chart"])["spec"]);
        return [fluxSource(object, sourceRef, chart, stack)];
    },
    // The Helm controller of k3s and RKE2
    "helm.cattle.io/HelmChart": () => UNSEEN,
};

/** Kinds of those objects. */
export const GITOPS_KINDS: readonly string[] = Object.keys(READERS);

/** What an object has a controller fetch and apply; undefined for any other object. */
export function gitSourcesOf(object: KubeObject, stack: Stack): readonly GitSource[] | undefined {
    const kind = `${object.group}/${object.kind}`;
    return Object.hasOwn(READERS, kind) ? READERS[kind]?.(object, stack) : undefined;
}
