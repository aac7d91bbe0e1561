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
        readonly symbolic: {
            readonly key: { readonly Local?: { readonly verbatim_path?: string } };
            /** `Primary` is where the fault is; others stand beside it. */
            readonly kind: string;
        };
        readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
    }[];
}

/**
 * What zizmor prints with `--format json-v1`.
 *
 * @throws Error where a finding names no file of ours: the form has changed
 */
export function parseZizmor(text: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as readonly Audit[]).map(({ ident, desc, determinations, locations }) => {
        const primary = locations.find(({ symbolic }) => symbolic.kind === "Primary");
        const file = primary?.symbolic.key.Local?.verbatim_path;
        if (primary === undefined || file === undefined) {
            throw new Error(`zizmor names no file for ${ident}`);
        }
        return {
            tool: "zizmor",
            level: LEVELS[determinations.severity] ?? "high",
            rule: ident,
            file,
            line: primary.concrete.location.start_point.row + 1,
            message: desc,
        };
    });
}

/** The workflows, and what workflows of others call: the action of this repository and those below it. */
export const AUDITED = [".github", "action.yml", "action"] as const;

/** zizmor: permissions, pins, injection and credential handling of the workflows and actions. */
export const zizmor: Tool = {
    name: "zizmor",
    description: "security of the workflows and actions",
    run({ online }) {
        const installed = installPython("zizmor", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const args = ["--format", "json-v1", "--no-exit-codes", ...(online ? [] : ["--offline"]), ...AUDITED];
        const outcome = execute(installed.path, args);
        return outcome.status !== 0
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseZizmor(outcome.stdout) };
    },
};
