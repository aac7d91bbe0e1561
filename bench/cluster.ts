// Times preview, render, scan and audit of many tenants, the last on a real API server: npm run bench:cluster [-- COUNT…]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { load } from "js-yaml";

import { Cluster } from "../test/cluster/harness/cluster";
import { messageOf, MissingRequirement } from "../test/cluster/harness/errors";
import { run } from "../test/cluster/harness/exec";
import type { KubernetesObject } from "../test/cluster/harness/kubectl";
import { apply } from "../test/cluster/support/objects";
import { until } from "../test/cluster/support/until";

const ROOT = dirname(__dirname);
const TIME = "/usr/bin/time";
const COUNTS = [10, 100, 1000];
/** A stage that needs longer is broken, not slow. */
const STAGE_SECONDS = 900;
const FAKE_NODES = 10;

interface Figures {
    readonly wall: number;
    /** Of all its processes. */
    readonly cpu: number;
    /** Of its largest process, in MiB. */
    readonly memory: number;
}

/** Runs the tool as users do, from start to exit. Violations are an answer; anything above that is an error. */
async function hardening(...args: readonly string[]): Promise<Figures> {
    const timed = existsSync(TIME) ? [TIME, "-f", "TIMED %U %S %M"] : [];
    const [program = "", ...rest] = [...timed, process.execPath, join(ROOT, "bin/hardening"), ...args];
    const start = performance.now();
    const { code, stderr } = await run(program, rest, { cwd: ROOT, timeoutSeconds: STAGE_SECONDS });
    const wall = (performance.now() - start) / 1000;
    if (code > 1) {
        throw new Error(`hardening ${args.join(" ")} ended with ${code}: ${stderr.slice(-2000)}`);
    }
    const [, user = "NaN", system = "NaN", kibibytes = "NaN"] = /TIMED (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
    return { wall, cpu: Number(user) + Number(system), memory: Number(kibibytes) / 1024 };
}

function rendered(folder: string): readonly KubernetesObject[] {
    return readdirSync(folder)
        .filter((name) => name !== "kustomization.yaml")
        .map((name) => load(readFileSync(join(folder, name), "utf8")) as KubernetesObject);
}

/** Applies objects kind by kind, each kind side by side, and waits until the pods of every tenant run. */
async function deploy(cluster: Cluster, objects: readonly KubernetesObject[], tenants: number): Promise<void> {
    for (const kind of new Set(objects.map((object) => object.kind))) {
        const answers = await Promise.all(
            objects.filter((object) => object.kind === kind).map(async (object) => apply(cluster, object)),
        );
        const refusal = answers.find(({ accepted }) => !accepted);
        if (refusal !== undefined) {
            throw new Error(`the API server refuses a ${kind}: ${refusal.message}`);
        }
    }
    await until(
        `the workloads of ${tenants} tenants are available`,
        async () => {
            const { text } = await cluster.request("GET", "/apis/apps/v1/deployments");
            const { items } = JSON.parse(text) as { items: { status?: { availableReplicas?: number } }[] };
            const ready = items.filter(({ status }) => (status?.availableReplicas ?? 0) >= 1).length;
            return ready >= tenants || `${ready} of ${tenants}`;
        },
        { seconds: STAGE_SECONDS, everyMs: 2000 },
    );
}

async function measure(cluster: Cluster, count: number, folder: string): Promise<void> {
    const stack = ["--directory", "bench/tenants", "--stack", `tenants-${count}`];
    const report = ["--format", "json", "--out", join(folder, "report.json")];
    const manifests = join(folder, String(count));
    const results: [string, Figures][] = [];
    results.push(["preview", await hardening("preview", ...stack, ...report)]);
    results.push(["render", await hardening("render", ...stack, "--no-verify", "--out", manifests)]);
    results.push(["scan", await hardening("scan", ...report, manifests)]);
    const objects = rendered(manifests);
    await deploy(cluster, objects, count);
    results.push(["audit", await hardening("audit", "--kubeconfig", cluster.kubeconfig, ...report)]);
    for (const [command, { wall, cpu, memory }] of results) {
        const figures = [
            wall.toFixed(2),
            cpu.toFixed(2),
            ((cpu / objects.length) * 1000).toFixed(2),
            memory.toFixed(0),
        ];
        process.stdout.write(`| ${[command, count, objects.length, ...figures].join(" | ")} |\n`);
    }
}

async function main(args: readonly string[]): Promise<number> {
    const counts = args.length > 0 ? args.map(Number) : COUNTS;
    if (counts.some((count) => !COUNTS.includes(count))) {
        process.stderr.write(`usage: npm run bench:cluster [-- COUNT…], each one of ${COUNTS.join(", ")} tenants\n`);
        return 2;
    }
    const folder = mkdtempSync(join(tmpdir(), "bench-cluster-"));
    const cluster = await Cluster.up({ name: `bench-${process.pid}`, profile: "control-plane", keep: false });
    try {
        await cluster.addFakeNodes(FAKE_NODES);
        process.stdout.write(`${cpus().length} cores, Node.js ${process.versions.node}, whole processes\n\n`);
        process.stdout.write("| Command | Tenants | Objects | Wall s | CPU s | CPU ms per object | Peak MiB |\n");
        process.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        for (const count of [...counts].sort((one, other) => one - other)) {
            await measure(cluster, count, folder);
        }
        return 0;
    } finally {
        await cluster.down();
        rmSync(folder, { recursive: true, force: true });
    }
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        process.stderr.write(`bench:cluster: ${messageOf(error)}\n`);
        process.exitCode = error instanceof MissingRequirement ? 77 : 1;
    },
);
