import type { ParamSchemas, Params } from "../../policies/engine/control";
import { str } from "../../policies/kubernetes/kube";

/** A constraint's parameters, as the suite's manifest gives them. */
export type ConstraintParams = Readonly<Record<string, unknown>>;

type ControlParams = Readonly<Record<string, Partial<Params<ParamSchemas>>>>;

function texts(value: unknown): readonly string[] {
    return Array.isArray(value) ? value.map(String) : [];
}

function records(value: unknown): readonly ConstraintParams[] {
    return Array.isArray(value) ? (value as ConstraintParams[]) : [];
}

/** A list of `{key, allowedRegex?}`, as our demands for labels and annotations read. */
function demands(value: unknown): readonly string[] {
    return records(value).map(({ key, allowedRegex }) =>
        allowedRegex === undefined ? str(key) : `${str(key)}=${str(allowedRegex)}`,
    );
}

/** The highest amounts of CPU and memory; `-1` asks for none. */
function ceilings({ cpu, memory }: ConstraintParams): readonly { readonly resource: string; readonly most: string }[] {
    return [
        { resource: "cpu", most: String(cpu) },
        { resource: "memory", most: String(memory) },
    ].filter(({ most }) => most !== "-1" && most !== "undefined");
}

function requiredWithin(half: "requests" | "limits", params: ConstraintParams): ControlParams {
    const held = ceilings(params);
    const other = half === "requests" ? "limits" : "requests";
    return {
        "requests-and-limits-set": {
            [half]: held.map(({ resource }) => resource),
            [other]: [],
            [half === "requests" ? "maxRequests" : "maxLimits"]: held.map(
                ({ resource, most }) => `${resource}=${most}`,
            ),
        },
    };
}

/**
 * How the parameters of a constraint template map to those of our controls, by template. A template that is missing here
 * has no parameters, or only exemptions, which we know as waivers. One entry a template; kinds a control must be told of
 * are in the case.
 */
export const GATEKEEPER_PARAMS: Readonly<
    Record<string, (params: ConstraintParams, kinds: readonly string[]) => ControlParams>
> = {
    K8sAllowedRepos: ({ repos }) => ({ "images-from-allowed-registries": { registries: texts(repos) } }),
    K8sAllowedReposv2: ({ allowedImages }) => ({
        "images-from-allowed-registries": { registries: texts(allowedImages) },
    }),
    K8sDisallowedRepos: ({ repos }) => ({ "no-retired-registries": { registries: texts(repos) } }),
    K8sDisallowedTags: ({ tags }) => ({ "no-latest-tag": { tags: texts(tags) } }),
    K8sContainerLimits: (params) => requiredWithin("limits", params),
    K8sContainerRequests: (params) => requiredWithin("requests", params),
    K8sRequiredResources: ({ requests, limits }) => ({
        "requests-and-limits-set": { requests: texts(requests), limits: texts(limits) },
    }),
    // Without a ratio of its own, CPU is held to the same.
    K8sContainerRatios: ({ ratio, cpuRatio }) => ({
        "memory-request-equals-limit": { memoryRatio: Number(ratio), cpuRatio: Number(cpuRatio ?? ratio) },
    }),
    K8sContainerEphemeralStorageLimit: (params) => ({
        "ephemeral-storage-limited": { maximum: String(params["ephemeral-storage"]) },
    }),
    K8sHorizontalPodAutoscaler: ({ ranges, minimumReplicaSpread }) => {
        const [range] = records(ranges);
        return {
            "autoscaler-sound": {
                minimum: Number(range?.["min_replicas"]),
                maximum: Number(range?.["max_replicas"]),
                spread: Number(minimumReplicaSpread),
            },
        };
    },
    K8sReplicaLimits: ({ ranges }) => {
        const [range] = records(ranges);
        return {
            "several-replicas": { minimum: Number(range?.["min_replicas"]), maximum: Number(range?.["max_replicas"]) },
        };
    },
    K8sRequiredProbes: ({ probes }) => ({ "probes-sound": { required: texts(probes) } }),
    K8sRequiredLabels: ({ labels }, kinds) => ({
        "required-labels-set": { recommended: [], labels: demands(labels), kinds },
    }),
    K8sRequiredAnnotations: ({ annotations }, kinds) => ({
        "required-labels-set": { recommended: [], annotations: demands(annotations), kinds },
    }),
    VerifyDeprecatedAPI: ({ k8sVersion }) => ({
        "no-removed-apis": { kubernetesVersion: `v${Number(k8sVersion).toFixed(2)}` },
    }),
    K8sStorageClass: ({ allowedStorageClasses }) => ({
        "claims-name-their-storage":
            allowedStorageClasses === undefined ? { classInStack: true } : { classes: texts(allowedStorageClasses) },
    }),
    K8sPSPFSGroup: ({ rule, ranges }): ControlParams => {
        const [range] = records(ranges);
        // Without a rule anything goes, and MustRunAs without a range allows nothing.
        const closed = { minimum: 1, maximum: 0 };
        const within = { minimum: Number(range?.["min"]), maximum: Number(range?.["max"]) };
        return rule === undefined ? {} : { "no-root-group": range === undefined ? closed : within };
    },
    K8sPSPFlexVolumes: ({ allowedFlexVolumes }) => ({
        "no-flex-volumes": { drivers: records(allowedFlexVolumes).map(({ driver }) => String(driver)) },
    }),
};
