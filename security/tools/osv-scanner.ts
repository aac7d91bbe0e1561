import { installGo } from "../install";
import type { SecurityFinding, Tool } from "../tool";
import { execute, tail } from "../tool";

const VERSION = "v2.6.0";
/** From here up CVSS calls a vulnerability high, and from 9 critical. */
const HIGH = 7;
const CRITICAL = 9;

interface OsvReport {
    readonly results: readonly {
        readonly source: { readonly path: string };
        readonly packages: readonly {
            readonly package: { readonly name: string; readonly version: string };
            readonly groups: readonly { readonly ids: readonly string[]; readonly max_severity: string }[];
        }[];
    }[];
}

/** What osv-scanner prints with `--format json`. An advisory without a score counts as high. */
export function parseOsv(text: string, root: string): readonly SecurityFinding[] {
    return (JSON.parse(text) as OsvReport).results.flatMap(({ source, packages }) =>
        packages.flatMap(({ package: { name, version }, groups }) =>
            groups.map(({ ids, max_severity }) => {
                const score = max_severity === "" ? HIGH : Number(max_severity);
                return {
                    tool: "osv-scanner",
                    level: score >= CRITICAL ? "critical" : score >= HIGH ? "high" : "medium",
                    rule: ids[0] ?? "unknown",
                    file: source.path.replace(`${root}/`, ""),
                    line: 0,
                    message: `${name} ${version}: ${ids.join(", ")}`,
                } as const;
            }),
        ),
    );
}

/** OSV's advisories for npm and Go. They are asked for over the internet, so this runs online only. */
export const osvScanner: Tool = {
    name: "osv-scanner",
    description: "known vulnerabilities of npm packages and Go modules, by OSV's advisories",
    run({ online }) {
        if (!online) {
            return { kind: "skipped", reason: "asks for advisories over the internet; run with --online" };
        }
        const installed = installGo("osv-scanner", "github.com/google/osv-scanner/v2/cmd/osv-scanner", VERSION);
        if (!("path" in installed)) {
            return installed;
        }
        const outcome = execute(installed.path, ["scan", "source", "--recursive", "--format", "json", "."]);
        // 0: nothing found; 1: vulnerabilities; above: it could not look.
        return outcome.status > 1
            ? { kind: "failed", reason: tail(outcome) }
            : { kind: "ran", version: VERSION, findings: parseOsv(outcome.stdout, process.cwd()) };
    },
};
