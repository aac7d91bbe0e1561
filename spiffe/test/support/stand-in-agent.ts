// Stands in for spire-agent where its process is handled: reads the real configuration file, answers the real health endpoint,
// and behaves as the file `behaviour` in its data directory says, one word for each start.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

interface Config {
    readonly agent: { readonly data_dir: string };
    readonly health_checks: { readonly bind_address: string; readonly bind_port: number };
}

const args = process.argv.slice(2);
const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const config = JSON.parse(readFileSync(option("-config") ?? "", "utf8")) as Config;
const folder = config.agent.data_dir;
const starts = join(folder, "starts");
const earlier = existsSync(starts) ? readFileSync(starts, "utf8").split("\n").length - 1 : 0;
const tokenFile = option("-joinTokenFile");
const token = tokenFile === undefined ? "none" : readFileSync(tokenFile, "utf8");
appendFileSync(starts, `${args[0]} token=${token}\n`);
const words = readFileSync(join(folder, "behaviour"), "utf8").trim().split(" ");
const behaviour = words[Math.min(earlier, words.length - 1)];

const log = (fields: Record<string, string>): void =>
    console.error(JSON.stringify({ level: "info", time: "2026-11-22T00:00:00Z", ...fields }));
log({ msg: "Starting agent" });
const forever = (): unknown => setInterval(() => {}, 1_000);

function serve(): void {
    const server = createServer((_request, response) => response.end("{}"));
    server.listen(config.health_checks.bind_port, config.health_checks.bind_address);
    server.on("error", (error: NodeJS.ErrnoException) => {
        log({
            level: "error",
            msg: "Agent crashed",
            error: `listen: ${error.code === "EADDRINUSE" ? "address already in use" : error}`,
        });
        process.exit(1);
    });
}

const behaviours: Record<string, () => unknown> = {
    healthy: serve,
    crash: () => process.exit(3),
    reject() {
        const error = "failed to receive attestation response: join token does not exist or has already been used";
        log({ level: "warning", msg: "Failed to retrieve attestation result", error });
        forever();
    },
    unreachable() {
        log({
            level: "warning",
            msg: "Failed to retrieve attestation result",
            error: "dial tcp: connect: connection refused",
        });
        forever();
    },
    stubborn() {
        process.on("SIGTERM", () => log({ msg: "not yet" }));
        serve();
    },
    silent: forever,
};
behaviours[behaviour ?? ""]?.();
