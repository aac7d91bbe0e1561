// Times `hardening scan` and `hardening paths` over generated and real manifests, in turn with the peers that are on PATH,
// and the start of the tool: npm run bench [-- SET…]
// Where EVIDENCE names a folder, a statement of the figures is added to it.
import { spawnSync } from "node:child_process";
import {
    closeSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { corpus } from "./corpus.mjs";
import { startRecording } from "../scripts/recording.mjs";
import { writeManifests } from "./manifests.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TIME = "/usr/bin/time";
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
/** A peer that takes longer than this for one run is measured once, and not with more objects. */
const PATIENCE_S = Number(process.env.BENCH_PATIENCE ?? 60);
/** The launcher of another state of the tool. */
const BEFORE = process.env.BENCH_BEFORE;
/** A file for the figures, from which `npm run bench:doc` makes the tables of docs/benchmarks.md. */
const OUT = process.env.BENCH_OUT;
/** The set in which the start of the tool and the preview of both stacks are timed. */
const START = "start";
/** The sets of real manifests, in the words of the command line. */
const REAL = { "real-small": "small", "real-large": "large" };

const sets = process.argv.slice(2);
if (
    sets.some(
        (set) => set !== START && !Object.hasOwn(REAL, set) && !(Number.isInteger(Number(set)) && Number(set) >= 1),
    )
) {
    console.error(
        "usage: npm run bench [-- SET…], each a whole number of generated objects, real-small, real-large or start\n" +
            "BENCH_RUNS: rounds to take the median of (5); BENCH_PATIENCE: seconds after which a peer is not tried with more (60)\n" +
            "BENCH_BEFORE: bin/hardening of another checkout, to be timed in turn with this one\n" +
            "BENCH_OUT: a file for the figures, for npm run bench:doc",
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

function parsing(reader, folder) {
    return [process.execPath, join(ROOT, "bench/parse.mjs"), reader, folder];
}

function scan(...options) {
    return scanBy(launcher, options);
}

function before(...options) {
    return scanBy(BEFORE, options);
}

function scanBy(by, options) {
    return (folder) => [process.execPath, by, "scan", ...options, folder];
}

/**
 * What is timed: a name, how many things it checks, and its command line for a folder. A peer also has the program that must
 * be on PATH, and a setting where it needs one.
 */
const SUBJECTS = [
    { name: "hardening, profile `all`", checks: () => controlsOf("all"), argv: scan() },
    ...(BEFORE === undefined
        ? []
        : [
              { name: "hardening before, `all`", checks: () => "", argv: before() },
              { name: "hardening before, `all`, `-f sarif`", checks: () => "", argv: before("-f", "sarif") },
          ]),
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
    // What no tool on Node.js that reads the same bytes can be faster than.
    ...["yaml", "js-yaml", "json"].map((reader) => ({
        name: `nothing but parsing, ${reader}`,
        checks: () => "",
        argv: (folder) => parsing(reader, folder),
    })),
    // Peers take a list of files or folders; the shell passes the list on where it is long.
    {
        name: "kube-score",
        program: "kube-score",
        checks: () => lines(["kube-score", "list"]).length,
        argv: (folder) => ["sh", "-c", `find ${folder} -name '*.y*ml' -exec kube-score score --output-format ci {} +`],
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

/** What is small enough that starting is most of it, and the preview of the stacks beside a launcher. */
const STARTS = [
    { name: "nothing but Node.js", argv: () => [process.execPath, "-e", "0"] },
    ...[[launcher, ""], ...(BEFORE === undefined ? [] : [[BEFORE, " before"]])].flatMap(([by, when]) => [
        { name: `hardening${when}, \`--help\``, argv: () => [process.execPath, by, "--help"] },
        { name: `hardening${when}, \`scan\` of one file`, argv: (file) => [process.execPath, by, "scan", file] },
        {
            name: `hardening${when}, \`preview\` of both stacks`,
            argv: () => [process.execPath, by, "preview", "--directory", dirname(dirname(by))],
        },
    ]),
].map((subject) => ({ ...subject, checks: () => "" }));

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

/** The middle one; of an even number, the lower of the two. */
function median(numbers) {
    return numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1];
}

/**
 * Runs some subjects in turn, several rounds: the median of wall and processor seconds of each, and its highest peak of
 * memory in MiB. What is slow runs once.
 */
function measure(subjects, folder) {
    const runs = new Map(subjects.map((subject) => [subject, []]));
    for (let round = 0; round < RUNS; round++) {
        for (const [subject, done] of runs) {
            if (round === 0 || done[0].wall < PATIENCE_S) {
                done.push(once(subject.argv(folder)));
            }
        }
    }
    return [...runs].map(([subject, done]) => ({
        subject,
        wall: median(done.map(({ wall }) => wall)),
        cpu: median(done.map(({ cpu }) => cpu)),
        memory: Math.max(...done.map(({ memory }) => memory)),
    }));
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

/** What a scan says of a folder, as JSON. */
function scanned(folder) {
    const argv = [launcher, "scan", "-f", "json", "--profile", "baseline", folder];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", maxBuffer: 1 << 30 });
    if (stdout === "") {
        throw new Error(stderr);
    }
    return JSON.parse(stdout);
}

/** The files that kube-score can't read: it stops at the first of them, so halves are tried until it is found. */
function refusedByKubeScore(files) {
    const argv = ["score", "--output-format", "ci", ...files];
    const { stderr } = spawnSync("kube-score", argv, { encoding: "utf8", maxBuffer: 1 << 30 });
    if (files.length === 0 || !stderr.includes("Failed to score files")) {
        return [];
    }
    const half = files.length >> 1;
    return half === 0 ? files : [...refusedByKubeScore(files.slice(0, half)), ...refusedByKubeScore(files.slice(half))];
}

function filesBelow(folder) {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .sort();
}

/** Copies the manifests of a corpus that all who are compared can read: one that stops early would look fast. */
function writeReal(folder, set) {
    const packages = corpus(set, (line) => console.error(line));
    for (const from of packages) {
        cpSync(from, join(folder, basename(from)), { recursive: true });
    }
    const all = filesBelow(folder).length;
    for (const { source } of scanned(folder).errors) {
        rmSync(source, { force: true });
    }
    if (SUBJECTS.some(({ program, ...other }) => program === "kube-score" && isThere({ program, ...other }))) {
        refusedByKubeScore(filesBelow(folder)).forEach((file) => rmSync(file));
    }
    const { summary } = scanned(folder);
    console.error(
        `${set}: ${packages.length} packages, ${filesBelow(folder).length} of ${all} files are read by all, ${summary.resources} objects`,
    );
    return summary.resources;
}

const recording = await startRecording();
const folder = mkdtempSync(join(tmpdir(), "hardening-bench-"));
const busy = new Set();
const figures = [];

/** Times subjects over one input, and keeps and prints a row for each. */
function compare(subjects, { input, objects, path }) {
    for (const { subject, wall, cpu, memory } of measure(subjects, path)) {
        figures.push({ subject: subject.name, checks: checksOf(subject), input, objects, wall, cpu, memory });
        const perObjects = objects === 1 ? "" : Math.round((cpu / objects) * 1e6);
        const cells = [wall.toFixed(2), cpu.toFixed(2), perObjects, Math.round(memory)];
        console.log(row([subject.name, checksOf(subject), input, objects, ...cells]));
        if (subject.program !== undefined && wall > PATIENCE_S) {
            busy.add(subject);
        }
    }
}

try {
    const load = [loadavg()[0]];
    console.log(
        `${cpus().length} cores, Node.js ${process.versions.node}, whole process, median of ${RUNS} rounds in turn; load average ${load[0].toFixed(1)} at the start\n`,
    );
    console.log(row(["Subject", "Checks", "Input", "Objects", "Wall s", "CPU s", "CPU ms per 1,000", "Peak MiB"]));
    console.log(row(["---", "---:", "---", "---:", "---:", "---:", "---:", "---:"]));
    for (const set of sets.length > 0 ? sets : [START, "1000", "real-small", "real-large", "10000", "100000"]) {
        const manifests = join(folder, set);
        mkdirSync(manifests);
        if (set === START) {
            writeManifests(manifests, 5);
            compare(STARTS, { input: START, objects: 1, path: join(manifests, "000/000004.yaml") });
            rmSync(manifests, { recursive: true, force: true });
            continue;
        }
        const isReal = Object.hasOwn(REAL, set);
        const count = isReal ? writeReal(manifests, REAL[set]) : Number(set);
        if (!isReal) {
            writeManifests(manifests, count);
        }
        once(parsing("write-json", manifests));
        const subjects = SUBJECTS.filter((candidate) => isThere(candidate) && !busy.has(candidate));
        compare(subjects, { input: isReal ? "real" : "generated", objects: count, path: manifests });
        [manifests, `${manifests}.json`].forEach((made) => rmSync(made, { recursive: true, force: true }));
    }
    busy.forEach(({ name }) => console.log(`\n${name} took more than ${PATIENCE_S} s and was not tried with more.`));
    load.push(loadavg()[0]);
    console.log(`\nload average ${load[1].toFixed(1)} at the end`);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const results = figures.map(({ subject, input, objects, wall, cpu, memory }) => ({
        name: `${subject}: ${input}, ${objects}`,
        outcome: "passed",
        detail: `${wall.toFixed(2)} s, of the processor ${cpu.toFixed(2)} s, ${Math.round(memory)} MiB`,
    }));
    const predicate = { tool: { name: "bench", version }, at: new Date().toISOString(), results };
    recording?.write({ kind: "benches", predicate });
    if (OUT !== undefined) {
        const about = { cores: cpus().length, node: process.versions.node, rounds: RUNS, load };
        writeFileSync(OUT, `${JSON.stringify({ ...about, figures }, undefined, 4)}\n`);
    }
} finally {
    rmSync(folder, { recursive: true, force: true });
}
