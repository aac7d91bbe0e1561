import { messageOf, MissingRequirement } from "./harness/errors";
import { Cluster } from "./harness/cluster";
import { clustersFolder, reap, StateFile, type Profile } from "./harness/state";
import { join } from "node:path";

const USAGE = `npm run cluster -- COMMAND

  up [--profile control-plane|full]   starts a cluster and leaves it running (default: control-plane)
  down                                ends it and removes everything it made; also clears away crashed test runs
  status                              what runs; exit 1 when a component is down or there is no cluster
  kubeconfig                          prints the path of the administrator's kubeconfig
`;

/** The one cluster of a developer; tests name theirs after their process. */
const NAME = "dev";

async function main(args: readonly string[]): Promise<number> {
    const [command, ...options] = args;
    switch (command) {
        case "up":
            return up(options);
        case "down":
            await reap();
            await StateFile.load(join(clustersFolder(), NAME))?.destroy();
            return 0;
        case "status":
            return status();
        case "kubeconfig": {
            const cluster = await Cluster.find(NAME);
            process.stdout.write(cluster === undefined ? "" : `${cluster.kubeconfig}\n`);
            return cluster === undefined ? 1 : 0;
        }
        default:
            process.stderr.write(USAGE);
            return 2;
    }
}

async function up(options: readonly string[]): Promise<number> {
    const profile = profileOf(options);
    if (profile === undefined) {
        process.stderr.write(USAGE);
        return 2;
    }
    const cluster = await Cluster.up({ name: NAME, profile, keep: true });
    if (profile === "control-plane") {
        await cluster.addFakeNodes(2);
    }
    process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
    return 0;
}

function profileOf(options: readonly string[]): Profile | undefined {
    const [flag, value] = options.length === 1 ? (options[0] ?? "").split("=") : options;
    if (flag === undefined) {
        return "control-plane";
    }
    return flag === "--profile" && (value === "control-plane" || value === "full") ? value : undefined;
}

async function status(): Promise<number> {
    const cluster = await Cluster.find(NAME);
    if (cluster === undefined) {
        process.stdout.write("no cluster; start one with: npm run cluster -- up\n");
        return 1;
    }
    const components = cluster.status();
    for (const [name, running] of components) {
        process.stdout.write(`${name.padEnd(24)} ${running ? "running" : "DOWN"}\n`);
    }
    return components.every(([, running]) => running) ? 0 : 1;
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exit(code);
    },
    (error: unknown) => {
        process.stderr.write(`cluster: ${messageOf(error)}\n`);
        process.exit(error instanceof MissingRequirement ? 77 : 1);
    },
);
