import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { dump } from "js-yaml";

import type { AlertGroup, AlertRule } from "../../components/monitoring/alerts";
import { withFiles } from "./files";

/** Says whether Prometheus' own tool is on the PATH (Debian's package `prometheus`). */
export function hasPromtool(): boolean {
    return spawnSync("promtool", ["--version"]).error === undefined;
}

/** A series and its samples, one a minute, in promtool's notation. */
export type Series = Readonly<Record<string, string>>;

/** One case: what is measured, and which alerts fire after so many minutes. */
export interface AlertCase {
    readonly name: string;
    readonly series: Series;
    readonly minutes: number;
    readonly alert: string;
    /** Whether the alert is expected to fire. */
    readonly fires: boolean;
}

/**
 * Runs alert cases through promtool, all in one process.
 *
 * @returns names of the cases that turned out otherwise than expected
 * @throws Error where promtool itself failed, so that a case it never got to can't count as one that held
 */
export async function wrongCases(
    groups: readonly AlertGroup[],
    cases: readonly AlertCase[],
): Promise<readonly string[]> {
    const rules = groups.flatMap((group) => group.rules);
    const files = cases.flatMap((entry, index): [string, string][] => [
        // One alert a case: with all of them, promtool would evaluate every one at every step of every case.
        [
            rulesFile(index),
            dump({ groups: [{ name: "tested", rules: rules.filter(({ alert }) => alert === entry.alert).map(bare) }] }),
        ],
        [testFile(index), dump(testOf(entry, rulesFile(index)))],
    ]);
    return withFiles(Object.fromEntries(files), (folder) => {
        const tests = cases.map((_, index) => join(folder, testFile(index)));
        // It names a test in its output and what failed of it among its errors: one after the other only in one stream.
        const run = spawnSync("sh", ["-c", 'exec promtool test rules "$@" 2>&1', "sh", ...tests], {
            encoding: "utf8",
            maxBuffer: 64 * 1024 * 1024,
        });
        const output = run.stdout;
        const parts = output.split("Unit Testing:").slice(1);
        const failed = new Set(
            parts.filter((part) => part.includes("FAILED")).map((part) => part.trim().split(/\s/, 1)[0]),
        );
        if (parts.length !== cases.length || (run.status === 0) !== (failed.size === 0)) {
            throw new Error(`promtool judged ${parts.length} of ${cases.length} cases: ${output}`);
        }
        return cases.filter((_, index) => failed.has(tests[index])).map(({ name }) => name);
    });
}

function rulesFile(index: number): string {
    return `${index}.rules.yaml`;
}

function testFile(index: number): string {
    return `${index}.test.yaml`;
}

/** promtool compares annotations and labels word by word; the cases are about whether an alert fires at all. */
function bare({ alert, expr, for: duration }: AlertRule): unknown {
    return { alert, expr, ...(duration !== undefined && { for: duration }) };
}

function testOf({ series, minutes, alert, fires }: AlertCase, rules: string): unknown {
    return {
        rule_files: [rules],
        evaluation_interval: "1m",
        tests: [
            {
                interval: "1m",
                input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
                promql_expr_test: [
                    {
                        expr: `count(ALERTS{alertname="${alert}", alertstate="firing"}) > 0 or vector(0)`,
                        eval_time: `${minutes}m`,
                        exp_samples: fires ? [{ labels: "{}", value: 1 }] : [{ labels: "{}", value: 0 }],
                    },
                ],
            },
        ],
    };
}
