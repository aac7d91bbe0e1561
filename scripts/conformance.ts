/*
 * Runs what holds this project to others' verdicts, with as many cases as are meant: suites from outside, which SUITES_DIR
 * names, and differential tests against the programs that decide in a cluster. Prints a table of them, then what did not run
 * and what failed. Exits with 1 where a verdict is wrong or a test failed.
 *
 *     npm run test:conformance                a table of everything that needs no cluster
 *     npm run test:conformance -- --cluster   the API server's own verdicts too; as root, starts a control plane
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Tally } from "../test/support/tally.mjs";

/** How many cases each differential test tries; a variable that is set already wins. */
const CASES: Readonly<Record<string, string>> = {
    READING_DOCUMENTS: "20000",
    NETWORK_QUESTIONS: "10000",
    POD_SECURITY_PODS: "10000",
    SPIFFE_CASES: "10000",
    RBAC_QUESTIONS: "10000",
    CUSTOM_RESOURCES: "10000",
};

const SPECS = [
    ...["psa", "gatekeeper"].map((name) => `test/policies/${name}-suite.spec.ts`),
    "spiffe/test/vectors-*.spec.ts",
    ...["kubectl-reading", "network-policies", "pod-security", "custom-resources", "spiffe-verdicts"].map(
        (name) => `test/interop/${name}.spec.ts`,
    ),
];
/** The suites of the control-plane profile that compare verdicts. */
const ON_CLUSTER = ["the authorizer of RBAC", "the ValidatingAdmissionPolicies of the controls"];

interface Ended {
    readonly fullTitle: string;
    readonly err?: { readonly message?: string };
}

/** What a run of mocha reported: what it skipped and what failed; that it reported nothing is a failure too. */
interface Ran {
    readonly pending: readonly Ended[];
    readonly failures: readonly Ended[];
}

function mocha(args: readonly string[], folder: string): Ran {
    const report = join(folder, `report-${args.length}.json`);
    const { status } = spawnSync(
        process.execPath,
        [
            "node_modules/mocha/bin/mocha.js",
            "--exit",
            "--reporter",
            "json",
            "--reporter-option",
            `output=${report}`,
            ...args,
        ],
        {
            stdio: ["ignore", "ignore", "inherit"],
            env: { ...CASES, ...process.env, CONFORMANCE_FILE: join(folder, "tallies") },
        },
    );
    if (!existsSync(report)) {
        return { pending: [], failures: [{ fullTitle: `mocha ended with ${status} before it reported anything` }] };
    }
    return JSON.parse(readFileSync(report, "utf8")) as Ran;
}

/** The sums of each suite, in the order in which they came. */
function sums(folder: string): readonly Tally[] {
    const file = join(folder, "tallies");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    const found = new Map<string, Tally>();
    for (const { suite, cases, wrong } of lines.map((line) => JSON.parse(line) as Tally)) {
        const sum = found.get(suite);
        found.set(suite, { suite, cases: cases + (sum?.cases ?? 0), wrong: wrong + (sum?.wrong ?? 0) });
    }
    return [...found.values()];
}

function print(tallies: readonly Tally[]): void {
    const rows = [
        ["suite", "cases", "right", "wrong"],
        ...tallies.map(({ suite, cases, wrong }) => [suite, ...[cases, cases - wrong, wrong].map(String)]),
    ];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    for (const row of rows) {
        const cells = row.map((cell, column) =>
            column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        );
        process.stdout.write(`${cells.join("  ")}\n`);
    }
}

function main(): number {
    const { values } = parseArgs({ options: { cluster: { type: "boolean", default: false } } });
    const folder = mkdtempSync(join(tmpdir(), "conformance-"));
    try {
        const runs = [mocha(SPECS, folder)];
        if (values.cluster) {
            const names = ON_CLUSTER.join("|");
            runs.push(
                mocha(["--no-package", "--config", "test/cluster/mocha-control-plane.json", "--grep", names], folder),
            );
        }
        const tallies = sums(folder);
        print(tallies);
        const skipped = runs.flatMap(({ pending }) => pending.map(({ fullTitle }) => fullTitle));
        const failures = runs.flatMap((run) => run.failures);
        const notRun = values.cluster ? skipped : [...skipped, ...ON_CLUSTER.map((name) => `${name} (--cluster)`)];
        notRun.forEach((title) => process.stdout.write(`not run: ${title}\n`));
        for (const { fullTitle, err } of failures) {
            process.stdout.write(`failed: ${fullTitle}\n${err?.message ?? ""}\n`);
        }
        return failures.length > 0 || tallies.some(({ wrong }) => wrong > 0) ? 1 : 0;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

process.exitCode = main();
