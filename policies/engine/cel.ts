/**
 * Parts that the admission counterparts of several controls share, in Common Expression Language. Its checker knows the
 * fields of one kind only, so what other kinds lack is read as an option or through `dyn`.
 */

/** Labels or annotations of the pod that an object carries; none for an object that carries no pod. */
function podMap(field: "labels" | "annotations"): string {
    return [
        `object.kind == 'Pod' ? object.?metadata.?${field}.orValue({}) :`,
        `object.kind == 'PodTemplate' ? object.?template.?metadata.?${field}.orValue({}) :`,
        `object.kind == 'CronJob' ? object.?spec.?jobTemplate.?spec.?template.?metadata.?${field}.orValue({}) :`,
        `object.?spec.?template.?metadata.?${field}.orValue({})`,
    ].join("\n");
}

/** `variables.podLabels` */
export const POD_LABELS = { podLabels: podMap("labels") } as const;

/** `variables.podAnnotations` */
export const POD_ANNOTATIONS = { podAnnotations: podMap("annotations") } as const;

/**
 * `variables.allowed`: the rules of a NetworkPolicy in the directions it isolates, each with `egress`, `peers` and `ports`.
 * The API server has filled in policyTypes by then.
 */
export const ALLOWED = {
    allowed: [["Ingress", "ingress", "from"] as const, ["Egress", "egress", "to"] as const]
        .map(
            ([direction, field, peers]) =>
                `('${direction}' in object.spec.?policyTypes.orValue(['${direction}']) ? object.spec.?${field}.orValue([]) : []).map(r, ` +
                `{'egress': dyn(${field === "egress"}), 'peers': dyn(r.?${peers}.orValue([])), 'ports': dyn(r.?ports.orValue([]))})`,
        )
        .join(" +\n"),
} as const;

/** A directory as `normalised` of host-paths.ts spells it. The API server takes no `..` in a hostPath. */
export function spelled(directory: string): string {
    return `('/' + ${directory}.split('/').filter(step, !(step in ['', '.'])).join('/'))`;
}

/** `variables.hostPaths`: the directories of the node that a pod mounts, normalised. */
export const HOST_PATHS = {
    hostPaths: [
        "variables.podSpec == null ? [] :",
        `variables.podSpec.?volumes.orValue([]).filter(v, has(v.hostPath)).map(v, ${spelled("v.hostPath.path")})`,
    ].join("\n"),
} as const;

/** A list of CEL strings. */
export function texts(values: Iterable<string>): string {
    return `[${[...values].map((value) => `'${value}'`).join(", ")}]`;
}

/** A regular expression as CEL takes it: its syntax is RE2's, in a raw string. */
export function pattern({ source }: RegExp): string {
    return `r"${source}"`;
}
