import { readdirSync } from "node:fs";
import { join } from "node:path";

import { installPython } from "../install";
import type { Level, SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const VERSION = "1.170.0";
/** Rule sets of the registry, used where the internet is reached. */
const REGISTRY_SETS = ["p/typescript", "p/nodejs", "p/secrets", "p/github-actions"];

const LEVELS: Readonly<Record<string, Level>> = {
    CRITICAL: "critical",
    ERROR: "high",
    HIGH: "high",
    WARNING: "medium",
    MEDIUM: "medium",
    INFO: "low",
    LOW: "low",
};

interface SemgrepReport {
    readonly results: readonly {
        readonly check_id: string;
        readonly path: string;
        readonly start: { readonly line: number };
        readonly extra: { readonly severity: string; readonly message: string };
    }[];
    readonly errors: readonly { readonly level: string; readonly message: string }[];
}

/** What Semgrep reports with `--json`. A file it can't parse is a finding: nothing may be passed over in silence. */
export function parseSemgrep(text: string): readonly SecurityFinding[] {
    const { results, errors } = JSON.parse(text) as SemgrepReport;
    return [
        ...results.map(({ check_id, path, start, extra }) => ({
            tool: "semgrep",
            level: LEVELS[extra.severity] ?? "high",
            // Semgrep puts the folder of the rule file before the rule's own id.
            rule: check_id.slice(check_id.lastIndexOf(".") + 1),
            file: path,
            line: start.line,
            message: extra.message,
        })),
        ...errors
            .filter(({ level }) => level === "error")
            .map(({ message }) => ({
                tool: "semgrep",
                level: "high" as const,
                rule: "unreadable",
                file: "",
                line: 0,
                message,
            })),
    ];
}

const RULES = ".semgrep";

/**
 * Rule files that their examples prove wrong. Each is tested by name: given a hidden folder, Semgrep finds no tests and
 * calls that a success.
 */
function brokenRules(semgrepPath: string, env: Readonly<Record<string, string>>): readonly string[] {
    const files = readdirSync(RULES).filter((file) => file.endsWith(".yaml"));
    return files.flatMap((file) => {
        const rules = join(RULES, file);
        const examples = rules.replace(/yaml$/, "ts");
        const outcome = execute(semgrepPath, ["scan", "--test", "--metrics=off", "--config", rules, examples], env);
        return outcome.status === 0 && outcome.stdout.includes("All tests passed")
            ? []
            : [`${rules}: ${tail(outcome)}`];
    });
}

/** Semgrep with the rules of `.semgrep/`, which are first held against their own good and bad examples. */
export const semgrep: Tool = {
    name: "semgrep",
    description: "pitfalls of this code base, and of TypeScript and Node.js at large where online",
    run({ online }) {
        const installed = installPython("semgrep", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const quiet = { SEMGREP_SEND_METRICS: "off", SEMGREP_ENABLE_VERSION_CHECK: "0" };
        const broken = brokenRules(installed.path, quiet);
        if (broken.length > 0) {
            return { kind: "failed", reason: `rules fail their own examples: ${broken.join("; ")}` };
        }
        const configs = [RULES, ...(online ? REGISTRY_SETS : [])].flatMap((config) => ["--config", config]);
        const args = ["scan", "--json", "--metrics=off", "--quiet", "--exclude", RULES, ...configs, "."];
        const outcome = execute(installed.path, args, quiet);
        return outcome.status > 1
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseSemgrep(outcome.stdout) };
    },
};
