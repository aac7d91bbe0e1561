// Times `hardening scan` over generated manifests, beside the peers that are on PATH: npm run bench [-- COUNT…]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, closeSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { writeManifests } from "./manifests.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TIME = "/usr/bin/time";
const RUNS = Number(process.env.BENCH_RUNS ?? 3);

const counts = process.argv.slice(2).map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
    console.error(
        "usage: npm run bench [-- COUNT…], each a whole number of objects; BENCH_RUNS sets the runs to take the best of",
    );
    process.exit(2);
}

const tool = join(ROOT, "dist/hardening.js");
const launcher = join(ROOT, "bin/hardening");
if (!existsSync(tool)) {
    console.error("the tool is not built: run npm run build");
    process.exit(2);
}

/** What is timed: a name, whether it is there, and its command line for a folder. */
const SUBJECTS = [
    { name: "hardening, profile all", argv: (folder) => [process.execPath, launcher, "scan", folder] },
    {
        name: "hardening, profile restricted",
        argv: (folder) => [process.execPath, launcher, "scan", "--profile", "restricted", folder],
    },
    { name: "hardening, all, JSON", argv: (folder) => [process.execPath, launcher, "scan", "-f", "json", folder] },
    {
        name: "hardening, all, --each-file",
        argv: (folder) => [process.execPath, launcher, "scan", "--each-file", folder],
    },
    // Peers take a list of files or a folder; the shell passes the list on where it is long.
    {
        name: "kube-score",
        program: "kube-score",
        argv: (folder) => ["sh", "-c", `find ${folder} -name '*.yaml' -exec kube-score score --output-format ci {} +`],
    },
    {
        name: "checkov",
        program: "checkov",
        argv: (folder) => ["checkov", "--directory", folder, "--framework", "kubernetes", "--quiet", "--compact"],
    },
    {
        name: "kyverno (policies of $KYVERNO_POLICIES)",
        program: "kyverno",
        needs: "KYVERNO_POLICIES",
        argv: (folder) => ["kyverno", "apply", process.env.KYVERNO_POLICIES, "--resource", folder],
    },
];

function isThere({ program, needs }) {
    const onPath = (name) => (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
    return (program === undefined || onPath(program)) && (needs === undefined || process.env[needs] !== undefined);
}

/** Seconds of the wall clock and of all cores, and the peak of resident memory in MiB, of the best of some runs. */
function measure(argv) {
    const runs = Array.from({ length: RUNS }, () => once(argv));
    return runs.reduce((best, run) => (run.wall < best.wall ? run : best));
}

function once([program, ...args]) {
    const sink = openSync("/dev/null", "w");
    const timed = existsSync(TIME);
    const start = performance.now();
    const { stderr, error } = spawnSync(
        timed ? TIME : program,
        timed ? ["-f", "TIMED %U %S %M", program, ...args] : args,
        { stdio: ["ignore", sink, "pipe"], maxBuffer: 1 << 28, encoding: "utf8" },
    );
    const wall = (performance.now() - start) / 1000;
    closeSync(sink);
    if (error) {
        throw error;
    }
    const [, user, system, kibibytes] = /TIMED (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
    return { wall, cpu: Number(user) + Number(system), memory: Number(kibibytes) / 1024 };
}

function row(cells) {
    return `| ${cells.join(" | ")} |`;
}

const folder = mkdtempSync(join(tmpdir(), "hardening-bench-"));
try {
    const controls = JSON.parse(
        spawnSync(process.execPath, [tool, "controls", "--json"], { encoding: "utf8", maxBuffer: 1 << 26 }).stdout,
    ).length;
    console.log(
        `${controls} controls, ${cpus().length} cores, Node.js ${process.versions.node}, best of ${RUNS} runs, whole process\n`,
    );
    console.log(row(["Subject", "Objects", "Wall s", "CPU s", "Objects/s", "ms per 1,000", "Peak MiB"]));
    console.log(row(["---", "---:", "---:", "---:", "---:", "---:", "---:"]));
    for (const count of counts.length > 0 ? counts : [1_000, 10_000, 100_000]) {
        const manifests = join(folder, String(count));
        writeManifests(manifests, count);
        for (const subject of SUBJECTS.filter(isThere)) {
            const { wall, cpu, memory } = measure(subject.argv(manifests));
            const figures = [
                wall.toFixed(2),
                cpu.toFixed(2),
                Math.round(count / wall),
                Math.round((wall / count) * 1e6),
            ];
            console.log(row([subject.name, count, ...figures, Math.round(memory)]));
        }
        rmSync(manifests, { recursive: true, force: true });
    }
} finally {
    rmSync(folder, { recursive: true, force: true });
}
