import { installGo } from "../install";
import type { SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const VERSION = "v8.30.1";

interface Leak {
    readonly RuleID: string;
    readonly Description: string;
    readonly File: string;
    readonly StartLine: number;
    readonly Commit: string;
}

/** What gitleaks reports as JSON; run with `--redact`, so that the report never repeats a secret. */
export function parseGitleaks(text: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as readonly Leak[]).map(({ RuleID, Description, File, StartLine, Commit }) => ({
        tool: "gitleaks",
        level: "critical",
        rule: RuleID,
        file: File,
        line: StartLine,
        message: `${Description}${Commit === "" ? "" : ` (commit ${Commit.slice(0, 12)})`}`,
    }));
}

/** gitleaks over the whole history: a secret that was ever committed is known. */
export const gitleaks: Tool = {
    name: "gitleaks",
    description: "credentials in the history",
    run() {
        const installed = installGo("gitleaks", "github.com/zricethezav/gitleaks/v8", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const args = [
            "git",
            "--redact",
            "--no-banner",
            "--exit-code",
            "0",
            "--report-format",
            "json",
            "--report-path",
            "-",
        ];
        const outcome = execute(installed.path, args);
        return outcome.status !== 0
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseGitleaks(outcome.stdout) };
    },
};
