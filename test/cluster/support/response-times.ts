const STEPS = ["recorded", "decided", "done", "enforced", "replaced", "undone", "established cut"] as const;

/** Milliseconds from the first event on. */
export type Times = Partial<Record<(typeof STEPS)[number], number>>;

/** The nearest-rank percentile. */
function percentile(values: readonly number[], part: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** What a run's incidents took. */
export class ResponseTimes {
    private readonly measured: [family: string, times: Times][] = [];

    add(family: string, times: Times): void {
        this.measured.push([family, times]);
    }

    /** What was measured; a time is never judged. */
    report(): void {
        for (const what of STEPS) {
            const values = this.measured.flatMap(([, times]) => times[what] ?? []);
            if (values.length > 0) {
                process.stderr.write(
                    `measured: ${what} p50 ${percentile(values, 0.5)} ms, p95 ${percentile(values, 0.95)} ms, ${values.length} times\n`,
                );
            }
        }
        for (const [family, times] of this.measured) {
            process.stderr.write(`measured: ${family}: ${JSON.stringify(times)}\n`);
        }
    }
}
