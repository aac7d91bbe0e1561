import { proveOnce } from "./once.js";
import { ProbeService } from "./service.js";
import { readSettings } from "./settings.js";

/** Runs the probe: with `--once` as a self-test that prints its report and exits 0 or 1, else as a service until SIGTERM. */
async function main(args: readonly string[]): Promise<void> {
    const settings = readSettings(process.env);
    if (args.includes("--once")) {
        const report = await proveOnce(settings);
        process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
        process.exitCode = report.proved ? 0 : 1;
        return;
    }
    const service = await ProbeService.start(settings);
    process.stdout.write(`${JSON.stringify({ listening: service.ports })}\n`);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.once(signal, () => void service.stop());
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
});
