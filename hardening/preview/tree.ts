import type { Painter } from "../formats/style";
import { plain } from "../formats/style";
import type { Registration } from "../sources/program/registration";

/** The resources of a stack as a tree of parents and children, one line each, in the manner of Pulumi's own preview. */
export function resourceTree(registrations: readonly Registration[], paint: Painter): readonly string[] {
    const known = new Set(registrations.map(({ urn }) => urn));
    // A resource whose parent is not part of the program hangs from the stack.
    const children = Map.groupBy(registrations, ({ parent }) => (known.has(parent) ? parent : ""));
    const rows: { readonly left: string; readonly type: string; readonly registration: Registration }[] = [];
    const visit = (registration: Registration, stem: string, branch: string, below: string): void => {
        rows.push({ left: stem + branch, type: registration.type, registration });
        const own = [...(children.get(registration.urn) ?? [])].sort(byTypeAndName);
        own.forEach((child, index) => {
            const last = index === own.length - 1;
            visit(child, stem + below, last ? "└─ " : "├─ ", last ? "   " : "│  ");
        });
    };
    for (const root of children.get("") ?? []) {
        visit(root, "", "", "");
    }
    const width = Math.max(...rows.map(({ left, type }) => left.length + type.length));
    return rows.map(({ left, type, registration }) => {
        const marks = [
            ...(registration.protect ? ["protected"] : []),
            ...(registration.remote ? ["children not seen"] : []),
        ];
        const padding = " ".repeat(width - left.length - type.length + 2);
        return [
            ` ${paint("green", "+")}  ${left}${paint("cyan", type)}${padding}${plain(registration.name)}`,
            ...(marks.length > 0 ? [paint("dim", `  [${marks.join(", ")}]`)] : []),
        ].join("");
    });
}

/** Components first, then objects, each group by type and name: the order in which a program registers is not fixed. */
function byTypeAndName(a: Registration, b: Registration): number {
    return (
        Number(a.custom) - Number(b.custom) || a.type.localeCompare(b.type, "en") || a.name.localeCompare(b.name, "en")
    );
}

/** How many objects of each kind there are: `3 NetworkPolicy, 2 Role, …`; Kubernetes objects only, most frequent first. */
export function kindsOf(registrations: readonly Registration[]): string {
    const counts = new Map<string, number>();
    for (const { type } of registrations) {
        const kind = type.startsWith("kubernetes:") ? type.slice(type.lastIndexOf(":") + 1) : undefined;
        if (kind !== undefined) {
            counts.set(kind, (counts.get(kind) ?? 0) + 1);
        }
    }
    return [...counts]
        .sort(([kindA, a], [kindB, b]) => b - a || kindA.localeCompare(kindB, "en"))
        .map(([kind, number]) => `${number} ${kind}`)
        .join(", ");
}
