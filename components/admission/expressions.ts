import type { Waiver } from "../../policies/engine/waivers";

/** A named expression of a ValidatingAdmissionPolicy. Later ones may use earlier ones. */
export interface Variable {
    readonly name: string;
    readonly expression: string;
}

const TEMPLATED = ["ReplicationController", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job"];

/** Text of a CEL string. */
export function literal(text: string): string {
    return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
}

/**
 * What every control's expression may build on: `variables.podSpec`, which is null where the kind carries no pod, and
 * `variables.containers`: init, main and ephemeral ones.
 */
export const SHARED_VARIABLES: readonly Variable[] = [
    {
        name: "podSpec",
        expression: [
            "object.kind == 'Pod' ? object.?spec.orValue(null) :",
            "object.kind == 'PodTemplate' ? object.?template.?spec.orValue(null) :",
            "object.kind == 'CronJob' ? object.?spec.?jobTemplate.?spec.?template.?spec.orValue(null) :",
            `object.kind in [${TEMPLATED.map(literal).join(", ")}] ? object.?spec.?template.?spec.orValue(null) : null`,
        ].join("\n"),
    },
    {
        name: "containers",
        expression: [
            "variables.podSpec == null ? [] :",
            "(variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?containers.orValue([]) +",
            " variables.podSpec.?ephemeralContainers.orValue([]))",
        ].join("\n"),
    },
];

/** An object that waivers name: `<Kind> <namespace>/<name>` or `<Kind> <name>`, where the kind may name its API group. */
interface Waived {
    readonly kind: string;
    readonly group: string | undefined;
    readonly namespace: string;
    readonly name: string;
}

function waivedObject({ object }: Waiver): Waived {
    const [, kind = "", group, place = ""] = /^([^. ]*)(?:\.(\S+))? (.*)$/.exec(object) ?? [];
    const [first = "", second] = place.split("/");
    return {
        kind,
        group,
        ...(second === undefined ? { namespace: "", name: first } : { namespace: first, name: second }),
    };
}

/** Kinds that make pods of their own; such a pod is judged again when it is made, and is waived with its maker. */
const MAKERS: ReadonlySet<string> = new Set([...TEMPLATED, "CronJob"]);

/**
 * True where a waiver covers the object. The pods, and the Jobs and ReplicaSets in between, that a waived workload makes
 * are told by namespace, by ServiceAccount, which in this program carries the workload's name, and by the name they get.
 */
export function waivedExpression(waivers: readonly Waiver[]): string {
    const clauses = [...new Set(waivers.map((waiver) => clause(waivedObject(waiver))))];
    return clauses.length === 0 ? "false" : clauses.join(" ||\n");
}

function clause({ kind, group, namespace, name }: Waived): string {
    const where = `object.metadata.?namespace.orValue('') == ${literal(namespace)}`;
    const self = `(${[
        `object.kind == ${literal(kind)}`,
        ...(group === undefined ? [] : [`object.apiVersion.startsWith(${literal(`${group}/`)})`]),
        `object.metadata.name == ${literal(name)}`,
    ].join(" && ")})`;
    if (!MAKERS.has(kind)) {
        return `(${where} && ${self})`;
    }
    const made = [
        "object.kind in ['Pod', 'Job', 'ReplicaSet']",
        `object.metadata.name.startsWith(${literal(`${name}-`)})`,
        "variables.podSpec != null",
        `variables.podSpec.?serviceAccountName.orValue('') == ${literal(name)}`,
    ].join(" && ");
    return `(${where} && (${self} || (${made})))`;
}
