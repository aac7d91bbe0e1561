import { relative } from "node:path";

import type { SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

interface EslintFile {
    readonly filePath: string;
    readonly messages: readonly {
        readonly ruleId: string | null;
        readonly severity: number;
        readonly line?: number;
        readonly message: string;
    }[];
}

/** What ESLint reports with `--format json`: errors are high, warnings medium. */
export function parseEslint(text: string, root: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as readonly EslintFile[]).flatMap(({ filePath, messages }) =>
        messages.map(({ ruleId, severity, line, message }) => ({
            tool: "eslint",
            level: severity === 2 ? "high" : "medium",
            rule: ruleId ?? "syntax",
            file: relative(root, filePath),
            line: line ?? 0,
            message,
        })),
    );
}

/** ESLint with its security rules: the counterpart for TypeScript of what Bandit is for Python. */
export const eslint: Tool = {
    name: "eslint",
    description: "mistakes in TypeScript, with security rules",
    run() {
        const outcome = execute(process.execPath, ["node_modules/eslint/bin/eslint.js", ".", "--format", "json"]);
        if (outcome.status > 1) {
            return { kind: "failed", reason: tail(outcome) };
        }
        const version = execute(process.execPath, ["node_modules/eslint/bin/eslint.js", "--version"]).stdout.trim();
        return { kind: "ran", version, findings: parseEslint(outcome.stdout, process.cwd()) };
    },
};
