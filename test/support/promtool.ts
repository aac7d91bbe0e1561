import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "js-yaml";

import type { AlertGroup, AlertRule } from "../../components/monitoring/alerts";

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
 */
export function wrongCases(groups: readonly AlertGroup[], cases: readonly AlertCase[]): readonly string[] {
    const directory = mkdtempSync(join(tmpdir(), "promtool-"));
    const rules = groups.flatMap((group) => group.rules);
    const files = cases.map((entry, index) => {
        const file = join(directory, `${index}.test.yaml`);
        const tested = rules.filter(({ alert }) => alert === entry.alert);
        // One alert a case: with all of them, promtool would evaluate every one at every step of every case.
        writeFileSync(
            join(directory, `${index}.rules.yaml`),
            dump({ groups: [{ name: "tested", rules: tested.map(bare) }] }),
        );
        writeFileSync(file, dump(testFile(entry, `${index}.rules.yaml`)));
        return file;
    });
    const run = spawnSync("promtool", ["test", "rules", ...files], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    const failed = new Set(
        (run.stdout + run.stderr)
            .split("Unit Testing:")
            .filter((part) => part.includes("FAILED"))
            .map((part) => part.trim().split(/\s/, 1)[0]),
    );
    return cases.filter((_, index) => failed.has(files[index] ?? "")).map(({ name }) => name);
}

/** promtool compares annotations and labels word by word; the cases are about whether an alert fires at all. */
function bare({ alert, expr, for: duration }: AlertRule): unknown {
    return { alert, expr, ...(duration !== undefined && { for: duration }) };
}

function testFile({ series, minutes, alert, fires }: AlertCase, rules: string): unknown {
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
