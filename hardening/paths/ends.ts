import type { PathGraph } from "../../policies/paths/graph";
import type { NodeKind, PathNode } from "../../policies/paths/nodes";
import { titleOf } from "../../policies/paths/nodes";
import { suggestion } from "../../policies/text";

/** Places that need no name. */
const PLACES: Readonly<Record<string, readonly NodeKind[]>> = {
    internet: ["internet"],
    node: ["node"],
    "control-plane": ["control-plane"],
    "cluster-admin": ["cluster-admin"],
    "any-pod": ["pod"],
    identities: ["identities"],
};

/** What is reached as well by whoever reaches a place: to hold a node of the control plane is to hold a node. */
const ALSO: Readonly<Record<string, readonly NodeKind[]>> = { node: ["control-plane"] };

/** Places that are named, by what stands before the colon, with the form of the name. */
const NAMED: Readonly<
    Record<string, { readonly kind: NodeKind; readonly form: "NAMESPACE/NAME" | "NAMESPACE" | "NAME" }>
> = {
    pod: { kind: "pod", form: "NAMESPACE/NAME" },
    account: { kind: "account", form: "NAMESPACE/NAME" },
    secret: { kind: "secret", form: "NAMESPACE/NAME" },
    namespace: { kind: "namespace", form: "NAMESPACE" },
    editors: { kind: "workloads", form: "NAMESPACE" },
    secrets: { kind: "secrets", form: "NAMESPACE" },
    user: { kind: "user", form: "NAME" },
    group: { kind: "group", form: "NAME" },
    identity: { kind: "identity", form: "NAME" },
    store: { kind: "store", form: "NAME" },
    cloud: { kind: "cloud", form: "NAME" },
    repository: { kind: "repository", form: "NAME" },
};

/** What `--from` and `--to` take: what needs no name, then what has each form of name. */
export const ENDS: readonly (readonly string[])[] = [
    Object.keys(PLACES),
    ...[...Map.groupBy(Object.entries(NAMED), ([, { form }]) => form)].map(([form, entries]) =>
        entries.map(([word]) => `${word}:${form}`),
    ),
];

/** The name by which a node is asked for. A workload is asked for by its object's name. */
function nameOf({ kind, namespace, name, object }: PathNode): string {
    switch (kind) {
        case "pod":
            return `${namespace}/${object?.name ?? ""}`;
        case "account":
        case "secret":
            return `${namespace}/${name}`;
        case "namespace":
        case "workloads":
        case "secrets":
            return namespace;
        default:
            return name;
    }
}

/** The nodes that a text of `--from` or `--to` names, or a fault that says what is allowed. */
export function endsOf(
    graph: PathGraph,
    option: "from" | "to",
    text: string,
): readonly PathNode[] | { readonly fault: string } {
    const place = Object.hasOwn(PLACES, text) ? PLACES[text] : undefined;
    if (place !== undefined) {
        const kinds = [...place, ...(option === "to" ? (ALSO[text] ?? []) : [])];
        const nodes = graph.nodes.filter(({ kind }) => kinds.includes(kind));
        return nodes.length > 0 ? nodes : { fault: `--${option} ${text}: there is none in what was read` };
    }
    const colon = text.indexOf(":");
    const word = colon < 0 ? text : text.slice(0, colon);
    const named = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
    if (named === undefined) {
        const words = [...Object.keys(PLACES), ...Object.keys(NAMED)];
        return {
            fault: `--${option} must be one of ${ENDS.flat().join(", ")}; found "${text}"${suggestion(word, words)}`,
        };
    }
    const name = colon < 0 ? "" : text.slice(colon + 1);
    if (name === "") {
        return { fault: `--${option} ${word} needs a name: ${word}:${named.form}` };
    }
    const candidates = graph.nodes.filter(({ kind }) => kind === named.kind);
    const found = candidates.filter((node) => nameOf(node) === name);
    if (found.length === 0) {
        const guess = suggestion(name, [...new Set(candidates.map(nameOf))]);
        return { fault: `--${option} ${text}: there is no such ${word} in what was read${guess}` };
    }
    return found;
}

/** What the ends of a question are called together. */
export function endsTitle(nodes: readonly PathNode[]): string {
    // A node of the control plane is a node.
    const hasNode = nodes.some(({ kind }) => kind === "node");
    const named = nodes.filter(({ kind }) => !hasNode || kind !== "control-plane");
    const titles = [...new Set(named.map(titleOf))];
    return titles.length > 3 ? `${titles.slice(0, 2).join(", ")} or ${titles.length - 2} more` : titles.join(" or ");
}
