import { installPython } from "../install";
import type { Level, SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const VERSION = "1.32.0";
const LEVELS: Readonly<Record<string, Level>> = { High: "high", Medium: "medium", Low: "low", Informational: "low" };

interface Audit {
    readonly ident: string;
    readonly desc: string;
    readonly determinations: { readonly severity: string };
    readonly locations: readonly {
        readonly symbolic: { readonly key: { readonly Local?: { readonly given_path: string } } };
        readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
    }[];
}

/** What zizmor prints with `--format json-v1`. */
export function parseZizmor(text: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as readonly Audit[]).map(({ ident, desc, determinations, locations }) => ({
        tool: "zizmor",
        level: LEVELS[determinations.severity] ?? "high",
        rule: ident,
        file: locations[0]?.symbolic.key.Local?.given_path ?? "",
        line: (locations[0]?.concrete.location.start_point.row ?? -1) + 1,
        message: desc,
    }));
}

/** zizmor: permissions, pins, injection and credential handling of the workflows. */
export const zizmor: Tool = {
    name: "zizmor",
    description: "security of the workflows",
    run({ online }) {
        const installed = installPython("zizmor", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const args = ["--format", "json-v1", "--no-exit-codes", ...(online ? [] : ["--offline"]), ".github"];
        const outcome = execute(installed.path, args);
        return outcome.status !== 0
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseZizmor(outcome.stdout) };
    },
};
