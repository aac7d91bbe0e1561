import { installGo } from "../install";
import type { SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const VERSION = "v1.7.12";

interface Mistake {
    readonly message: string;
    readonly filepath: string;
    readonly line: number;
    readonly kind: string;
}

/** What actionlint prints with `-format '{{json .}}'`. */
export function parseActionlint(text: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as readonly Mistake[]).map(({ message, filepath, line, kind }) => ({
        tool: "actionlint",
        level: "high",
        rule: kind,
        file: filepath,
        line,
        message,
    }));
}

/** actionlint: workflows that would not run, and scripts that untrusted input can reach. */
export const actionlint: Tool = {
    name: "actionlint",
    description: "mistakes in the workflows",
    run() {
        const installed = installGo("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const outcome = execute(installed.path, ["-format", "{{json .}}"]);
        return outcome.status > 1
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseActionlint(outcome.stdout) };
    },
};
