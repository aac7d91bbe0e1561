import type { Painter } from "../formats/style";
import { plain } from "../formats/style";
import type { ProgramPreview } from "../sources/program";
import type { Registration } from "../sources/program/registration";

/** What stands for the objects of a stack that belong to no component. */
const LOOSE = "(no component)";

/**
 * What stacks would deploy, as a table: a line for each type of component that hangs from the stack, a column for each
 * stack, and how many objects it stands for in each.
 */
export function componentTable(previews: readonly Pick<ProgramPreview, "stack" | "registrations">[]) {
    return (paint: Painter): string => {
        if (previews.length === 0) {
            return "";
        }
        const counts = previews.map(({ registrations }) => objectsByComponent(registrations));
        const types = [...new Set(counts.flatMap((count) => [...count.keys()]))].sort((a, b) =>
            a.localeCompare(b, "en"),
        );
        const rows = [
            ...types.map((type) => [plain(type), ...counts.map((count) => String(count.get(type) ?? "–"))]),
            ["Objects", ...counts.map((count) => String([...count.values()].reduce((sum, one) => sum + one, 0)))],
            // What is judged, and counted below the report.
            ["with components", ...previews.map(({ registrations }) => String(registrations.length))],
        ];
        const head = ["Component", ...previews.map(({ stack }) => plain(stack))];
        const widths = head.map((title, column) =>
            Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
        );
        const line = (cells: readonly string[]): string =>
            cells
                .map((cell, column) =>
                    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
                )
                .join("  ");
        return [paint("bold", line(head)), ...rows.map(line), "", ""].join("\n");
    };
}

/** How many objects hang from each type of component at the top of a stack. */
function objectsByComponent(registrations: readonly Registration[]): ReadonlyMap<string, number> {
    const byUrn = new Map(registrations.map((registration) => [registration.urn, registration]));
    const counts = new Map<string, number>();
    for (const registration of registrations.filter(isDeployed)) {
        const type = componentOf(registration, byUrn)?.type ?? LOOSE;
        counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return counts;
}

/** Providers are settings of the program; what they reach is deployed. */
function isDeployed({ custom, type }: Registration): boolean {
    return custom && !type.startsWith("pulumi:providers:");
}

/** The component nearest to the stack that a resource hangs from; undefined where it hangs from none. */
function componentOf(registration: Registration, byUrn: ReadonlyMap<string, Registration>): Registration | undefined {
    let top: Registration | undefined;
    let parent = byUrn.get(registration.parent);
    while (parent !== undefined && parent.type !== "pulumi:pulumi:Stack") {
        top = parent;
        parent = byUrn.get(parent.parent);
    }
    return top;
}
