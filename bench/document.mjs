// Makes the tables of docs/benchmarks.md from the figures of a run: npm run bench:doc
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TOOL = "hardening, profile `all`";
const SARIF = "hardening, `all`, `-f sarif`";
const KUBE_SCORE = "kube-score";
const BLOCK = /(<!-- bench:[^>]*-->\n)[^]*?(<!-- \/bench -->)/;

function row(cells) {
    return `| ${cells.join(" | ")} |`;
}

function table(head, rows) {
    return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function count(number) {
    return number.toLocaleString("en");
}

/** A target: what is compared, the figure now and before (undefined where it was not measured), and the aim. */
function target(what, now, before, aim, unit) {
    const said = (figure) => (figure === undefined ? "–" : unit(figure));
    return now === undefined ? [] : [[what, said(before), said(now), `${unit(aim)}: ${now <= aim ? "met" : "missed"}`]];
}

const times = (ratio) => ratio.toFixed(2);
const mebibytes = (memory) => `${Math.round(memory)} MiB`;
const milliseconds = (seconds) => `${Math.round(seconds * 1000)} ms`;

function targets(figures) {
    const find = (subject, input, objects) =>
        figures.find((one) => one.subject === subject && one.input === input && one.objects === objects);
    const ratio = (one, other, what) =>
        one === undefined || other === undefined ? undefined : one[what] / other[what];
    const sets = figures.filter(({ subject }) => subject === TOOL);
    const old = (subject) => subject.replace(/^hardening(?:, profile)?/, "hardening before");
    const rows = sets.flatMap(({ input, objects }) => {
        const of = (subject) => find(subject, input, objects);
        const where = `${count(objects)} ${input} objects`;
        const [tool, before, sarif, peer] = [TOOL, "hardening before, `all`", SARIF, KUBE_SCORE].map(of);
        return [
            ...target(
                `Wall clock against kube-score, ${where}`,
                ratio(tool, peer, "wall"),
                ratio(before, peer, "wall"),
                1,
                times,
            ),
            ...target(
                `Processor time against kube-score, ${where}`,
                ratio(tool, peer, "cpu"),
                ratio(before, peer, "cpu"),
                1.5,
                times,
            ),
            ...target(
                `SARIF's processor time against the tree, ${where}`,
                ratio(sarif, tool, "cpu"),
                ratio(of(old(SARIF)), before, "cpu"),
                1.3,
                times,
            ),
            ...(input === "generated" && objects >= 10_000
                ? target(`Peak, ${where}`, tool?.memory, before?.memory, objects >= 100_000 ? 700 : 150, mebibytes)
                : []),
        ];
    });
    const start = (subject) => find(subject, "start", 1);
    const started = ["hardening, `--help`", "hardening, `scan` of one file"].flatMap((subject) =>
        target(
            `Wall clock, ${subject.replace("hardening, ", "")}`,
            start(subject)?.wall,
            start(old(subject))?.wall,
            0.08,
            milliseconds,
        ),
    );
    const preview = "hardening, `preview` of both stacks";
    const previews = ["wall", "cpu"].flatMap((what) =>
        target(
            `${what === "cpu" ? "Processor time" : "Wall clock"}, preview of both stacks against before`,
            ratio(start(preview), start(old(preview)), what),
            undefined,
            0.6,
            times,
        ),
    );
    return [...rows, ...started, ...previews];
}

/** What a run says, as Markdown: the targets and how far they are met, then every figure. */
function document({ cores, node, rounds, load, note, figures }) {
    const [first, last] = load.map((average) => average.toFixed(1));
    const all = figures.map(({ subject, checks, input, objects, wall, cpu, memory }) => [
        subject,
        checks,
        input,
        count(objects),
        wall.toFixed(2),
        cpu.toFixed(2),
        Math.round(memory),
    ]);
    return [
        `${cores} cores, Node.js ${node}, median of ${rounds} ${rounds === 1 ? "round" : "rounds"} in turn; load average ${first} at the start and ${last} at the end. Above a load of ${cores} the wall clock says little.`,
        ...(note === undefined ? [] : [note]),
        table(["Target", "Before", "Now", "Aim"], targets(figures)),
        table(["Subject", "Checks", "Input", "Objects", "Wall s", "CPU s", "Peak MiB"], all),
    ].join("\n\n");
}

/** A document with the figures of a run between its marks. */
export function withBenchmark(text, run) {
    if (!BLOCK.test(text)) {
        throw new Error("the document has no marks for the figures of a run");
    }
    return text.replace(BLOCK, (_, start, end) => `${start}\n${document(run)}\n\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const file = new URL("../docs/benchmarks.md", import.meta.url);
    const run = JSON.parse(readFileSync(new URL("figures.json", import.meta.url), "utf8"));
    writeFileSync(file, withBenchmark(readFileSync(file, "utf8"), run));
}
