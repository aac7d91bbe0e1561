import type { Body, KubeObject } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";
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
    /** How its folder is rendered where that is a Helm chart; undefined where the source is given nothing for one. */
    readonly release?: HelmRelease;
}

/** What a Helm chart is rendered with, as `helm template` takes it. */
export interface HelmRelease {
    readonly name: string;
    /** Empty for the default one. */
    readonly namespace: string;
    /** Files of values, by their paths from the chart, or from the repository's root where they begin with a slash. */
    readonly valueFiles: readonly string[];
    /** Values as an object or as YAML, which go before those of the files; undefined for none. */
    readonly values: unknown;
    /** Values by path, which go before all others. */
    readonly parameters: readonly { readonly name: string; readonly value: string; readonly isText: boolean }[];
    readonly skipCrds: boolean;
}

/** Fields of an Application's source that change what its folder comes to (argoproj.io/v1alpha1, ApplicationSource). */
const ARGO_CHANGES = ["kustomize", "plugin"];
/** Those of its `helm` that are read here; each other one changes what the chart comes to, or may. */
const ARGO_HELM = [
    ...["releaseName", "valueFiles", "values", "valuesObject", "parameters", "skipCrds", "namespace"],
    ...["ignoreMissingValueFiles", "passCredentials", "version", "skipSchemaValidation"],
];
/** Those of Flux's Kustomization and HelmRelease (all versions), and of the chart that a HelmRelease takes. */
const FLUX_CHANGES = [
    ...["patches", "patchesStrategicMerge", "patchesJson6902", "images", "postBuild", "components"],
    ...["targetNamespace", "namePrefix", "nameSuffix", "commonMetadata", "valuesFrom", "postRenderers"],
];
/** Fields of a HelmRelease that are read here, and which would change a Kustomization. */
const FLUX_RELEASE = ["targetNamespace"];
const CHART_CHANGES = ["valuesFile", "valuesFiles"];
/** Fields of a GitRepository's `ref` that stay where they are while its branch goes on. */
const FIXED = ["commit", "tag", "semver"];

/** A commit, a version or a range of versions (Argo CD, "Tracking and Deployment Strategies"). */
const FIXED_REVISION = /^(?:[0-9a-f]{7,40}|[v^~<>=]*\d+(?:\.(?:\d+|[x*]))*(?:[-+ ].*)?|refs\/tags\/.*)$/i;

/** A file of values that lies elsewhere, or stands for several. */
const FOREIGN = /^\$|^[a-z+]+:\/\/|[*?{]/i;

function argoRelease(source: Body, application: KubeObject): HelmRelease | undefined {
    const helm = obj(source["helm"]);
    const files = list(helm["valueFiles"]);
    const isRead = Object.keys(helm).every((field) => ARGO_HELM.includes(field));
    if (!isRead || files.some((file) => typeof file !== "string" || FOREIGN.test(file))) {
        return undefined;
    }
    const { destination } = obj(application.body["spec"]);
    return {
        name: str(helm["releaseName"]) || application.name,
        namespace: str(helm["namespace"]) || str(obj(destination)["namespace"]),
        valueFiles: strings(files),
        values: helm["valuesObject"] ?? helm["values"],
        parameters: list(helm["parameters"])
            .map(obj)
            .map(({ name, value, forceString }) => ({
                name: str(name),
                value: str(value),
                isText: forceString === true,
            })),
        skipCrds: helm["skipCrds"] === true,
    };
}

function argoSources(application: KubeObject): readonly GitSource[] {
    const { source, sources } = obj(application.body["spec"]);
    return [...(isObj(source) ? [source] : []), ...list(sources).map(obj)].map((one): GitSource => {
        const isChart = str(one["chart"]) !== "";
        const release = argoRelease(one, application);
        return {
            release,
            repository: str(one["repoURL"]) || undefined,
            // A source by reference alone brings files for the values of others, and no objects.
            path: isChart ? undefined : str(one["path"]) || ".",
            changed:
                release === undefined ||
                ARGO_CHANGES.some((field) => one[field] !== undefined) ||
                obj(one["directory"])["jsonnet"] !== undefined ||
                FIXED_REVISION.test(str(one["targetRevision"])),
        };
    });
}

function fluxRelease(object: KubeObject): HelmRelease {
    const { releaseName, targetNamespace, values, install } = obj(object.body["spec"]);
    const target = str(targetNamespace);
    return {
        name: str(releaseName) || (target === "" ? object.name : `${target}-${object.name}`),
        namespace: target || namespaceOf(object),
        valueFiles: [],
        values,
        parameters: [],
        skipCrds: obj(install)["crds"] === "Skip",
    };
}

function fluxSource(
    object: KubeObject,
    reference: unknown,
    path: unknown,
    stack: Stack,
    release?: HelmRelease,
): GitSource {
    const { kind, name, namespace } = obj(reference);
    const isGit = kind === "GitRepository";
    const found = isGit ? stack.find("GitRepository", str(namespace) || namespaceOf(object), str(name)) : undefined;
    const spec = obj(object.body["spec"]);
    const chart = obj(obj(spec["chart"])["spec"]);
    const { url, ref } = obj(found?.body["spec"]);
    return {
        release,
        repository: str(url) || undefined,
        path: isGit ? str(path) || "." : undefined,
        changed:
            FLUX_CHANGES.some(
                (field) => spec[field] !== undefined && (release === undefined || !FLUX_RELEASE.includes(field)),
            ) ||
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
    "argoproj.io/Application": (application) => {
        const sources = argoSources(application);
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
        return [fluxSource(object, sourceRef, chart, stack, fluxRelease(object))];
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
