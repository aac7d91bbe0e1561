import { literal, texts } from "../../policies/engine/cel";
import type { Waiver } from "../../policies/engine/waivers";
import { BUILT_IN_CARRIERS, MAKERS } from "../../policies/kubernetes/kinds";

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

/** Kinds that a controller makes of another kind. */
const MADE: ReadonlySet<string> = new Set(BUILT_IN_CARRIERS.flatMap(({ makes = [] }) => makes).sort());

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
    // What makes pods of its own: such a pod is judged again when it is made, and is waived with its maker.
    if (!MAKERS.has(kind)) {
        return `(${where} && ${self})`;
    }
    const made = [
        `object.kind in ${texts(MADE)}`,
        `object.metadata.name.startsWith(${literal(`${name}-`)})`,
        "variables.podSpec != null",
        `variables.podSpec.?serviceAccountName.orValue('') == ${literal(name)}`,
    ].join(" && ");
    return `(${where} && (${self} || (${made})))`;
}
