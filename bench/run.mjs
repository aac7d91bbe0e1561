// Times `hardening scan` and `hardening paths` over generated manifests, beside the peers that are on PATH: npm run bench [-- COUNT…]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { writeManifests } from "./manifests.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TIME = "/usr/bin/time";
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
/** Peers that take longer than this for one run are measured once, and not with more objects. */
const PATIENCE_S = Number(process.env.BENCH_PATIENCE ?? 60);

const counts = process.argv.slice(2).map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
    console.error(
        "usage: npm run bench [-- COUNT…], each a whole number of objects\n" +
            "BENCH_RUNS: runs to take the best of (3); BENCH_PATIENCE: seconds after which a peer is not tried with more (60)",
    );
    process.exit(2);
}

const tool = join(ROOT, "dist/hardening.js");
const launcher = join(ROOT, "bin/hardening");
if (!existsSync(tool)) {
    console.error("the tool is not built: run npm run build");
    process.exit(2);
}

/** The controls that a profile holds. */
function controlsOf(profile) {
    const argv = [tool, "controls", "--json", "--profile", profile];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", maxBuffer: 1 << 26 });
    if (stdout === "") {
        throw new Error(stderr);
    }
    return JSON.parse(stdout).length;
}

function scan(...options) {
    return (folder) => [process.execPath, launcher, "scan", ...options, folder];
}

/**
 * What is timed: a name, how many things it checks, and its command line for a folder. A peer also has the program that must
 * be on PATH, and a setting where it needs one.
 */
const SUBJECTS = [
    { name: "hardening, profile `all`", checks: () => controlsOf("all"), argv: scan() },
    { name: "hardening, `all`, `-f json`", checks: () => controlsOf("all"), argv: scan("-f", "json") },
    { name: "hardening, `all`, `-f sarif`", checks: () => controlsOf("all"), argv: scan("-f", "sarif") },
    { name: "hardening, `all`, `--each-file`", checks: () => controlsOf("all"), argv: scan("--each-file") },
    {
        name: "hardening, profile `restricted`",
        checks: () => controlsOf("restricted"),
        argv: scan("--profile", "restricted"),
    },
    // No controls: every way from the Internet to a node or to cluster-admin, and what ends them.
    { name: "hardening paths", checks: () => "", argv: (folder) => [process.execPath, launcher, "paths", folder] },
    // Peers take a list of files or folders; the shell passes the list on where it is long.
    {
        name: "kube-score",
        program: "kube-score",
        checks: () => lines(["kube-score", "list"]).length,
        argv: (folder) => ["sh", "-c", `find ${folder} -name '*.yaml' -exec kube-score score --output-format ci {} +`],
    },
    {
        name: "checkov",
        program: "checkov",
        checks: () =>
            new Set(lines(["checkov", "--list", "--framework", "kubernetes", "--skip-download"]).flatMap(checkName))
                .size,
        argv: (folder) => [
            "checkov",
            "--directory",
            folder,
            "--framework",
            "kubernetes",
            "--quiet",
            "--compact",
            "--skip-download",
        ],
    },
    {
        // It does not look into subfolders, and with none of the files it ends well and at once.
        name: "kyverno",
        program: "kyverno",
        needs: "KYVERNO_POLICIES",
        checks: () => policyFiles(process.env.KYVERNO_POLICIES).length,
        argv: (folder) => [
            ...["kyverno", "apply", process.env.KYVERNO_POLICIES],
            ...readdirSync(folder).flatMap((name) => ["--resource", join(folder, name)]),
        ],
    },
];

const counted = new Map();

function checksOf(subject) {
    if (!counted.has(subject)) {
        counted.set(subject, subject.checks());
    }
    return counted.get(subject);
}

function lines([program, ...args]) {
    return spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 })
        .stdout.split("\n")
        .filter(Boolean);
}

function checkName(line) {
    return /CKV2?_K8S_\d+/.exec(line) ?? [];
}

function policyFiles(folder) {
    return readdirSync(folder).filter(
        (name) => name.endsWith(".yaml") && /^kind: \w*Policy$/m.test(readFileSync(join(folder, name), "utf8")),
    );
}

function isThere({ program, needs }) {
    const onPath = (name) => (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
    return (program === undefined || onPath(program)) && (needs === undefined || process.env[needs] !== undefined);
}

/** Wall seconds of the best run, the least processor seconds of any, and the highest peak of memory in MiB. */
function measure(argv) {
    const runs = [once(argv)];
    while (runs.length < RUNS && runs[0].wall < PATIENCE_S) {
        runs.push(once(argv));
    }
    return {
        runs: runs.length,
        wall: Math.min(...runs.map(({ wall }) => wall)),
        cpu: Math.min(...runs.map(({ cpu }) => cpu)),
        memory: Math.max(...runs.map(({ memory }) => memory)),
    };
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
const busy = new Set();
try {
    console.log(
        `${cpus().length} cores, Node.js ${process.versions.node}, whole process, best of ${RUNS} runs; load average ${loadavg()[0].toFixed(1)} at the start\n`,
    );
    console.log(row(["Subject", "Checks", "Objects", "Wall s", "CPU s", "CPU ms per 1,000", "Peak MiB"]));
    console.log(row(["---", "---:", "---:", "---:", "---:", "---:", "---:"]));
    for (const count of counts.length > 0 ? counts : [1_000, 10_000, 100_000]) {
        const manifests = join(folder, String(count));
        writeManifests(manifests, count);
        for (const subject of SUBJECTS.filter((candidate) => isThere(candidate) && !busy.has(candidate))) {
            const { wall, cpu, memory } = measure(subject.argv(manifests));
            const figures = [wall.toFixed(2), cpu.toFixed(2), Math.round((cpu / count) * 1e6), Math.round(memory)];
            console.log(row([subject.name, checksOf(subject), count, ...figures]));
            if (subject.program !== undefined && wall > PATIENCE_S) {
                busy.add(subject);
            }
        }
        rmSync(manifests, { recursive: true, force: true });
    }
    busy.forEach(({ name }) => console.log(`\n${name} took more than ${PATIENCE_S} s and was not tried with more.`));
    console.log(`\nload average ${loadavg()[0].toFixed(1)} at the end`);
} finally {
    rmSync(folder, { recursive: true, force: true });
}
