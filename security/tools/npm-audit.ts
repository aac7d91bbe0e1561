import type { Level, SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const LEVELS: Readonly<Record<string, Level>> = {
    critical: "critical",
    high: "high",
    moderate: "medium",
    low: "low",
    info: "low",
};

interface AuditReport {
    readonly vulnerabilities?: Readonly<
        Record<
            string,
            {
                readonly severity: string;
                readonly via: readonly (string | { readonly title: string })[];
                readonly range: string;
            }
        >
    >;
    readonly error?: { readonly summary?: string; readonly code?: string };
}

/** What `npm audit --json` prints; undefined where the registry gave no answer. */
export function parseNpmAudit(text: string): readonly SecurityFinding[] | undefined {
    const { vulnerabilities } = JSON.parse(text) as AuditReport;
    return vulnerabilities === undefined
        ? undefined
        : Object.entries(vulnerabilities).map(([name, { severity, via, range }]) => ({
              tool: "npm-audit",
              level: LEVELS[severity] ?? "high",
              rule: name,
              file: "package-lock.json",
              line: 0,
              message: `${name} ${range}: ${via.map((cause) => (typeof cause === "string" ? `through ${cause}` : cause.title)).join("; ")}`,
          }));
}

/** npm's own advisories, for everything that the lock file names. */
export const npmAudit: Tool = {
    name: "npm-audit",
    description: "known vulnerabilities of npm packages, by npm's advisories",
    run() {
        const outcome = execute("npm", ["audit", "--json"]);
        let findings: readonly SecurityFinding[] | undefined;
        try {
            findings = parseNpmAudit(outcome.stdout);
        } catch {
            findings = undefined;
        }
        return findings === undefined
            ? { kind: "skipped", reason: `the registry answers no audit here: ${tail(outcome)}` }
            : { kind: "ran", version: execute("npm", ["--version"]).stdout.trim(), findings };
    },
};
