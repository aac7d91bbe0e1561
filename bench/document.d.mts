/** What `npm run bench` keeps where BENCH_OUT names a file. */
export interface BenchmarkRun {
    readonly cores: number;
    readonly node: string;
    readonly rounds: number;
    /** The load average at the start and at the end. */
    readonly load: readonly [number, number];
    /** What has to be known of a run beside its figures, written by hand. */
    readonly note?: string;
    readonly figures: readonly {
        readonly subject: string;
        readonly checks: number | string;
        readonly input: string;
        readonly objects: number;
        /** Seconds. */
        readonly wall: number;
        /** Seconds of all processes. */
        readonly cpu: number;
        /** MiB at most. */
        readonly memory: number;
    }[];
}

/** A document with the figures of a run between its marks. @throws Error where it has no marks */
export function withBenchmark(text: string, run: BenchmarkRun): string;
