import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ChecklistArea } from "../compliance/checklist";
import { ChecklistError, parseChecklist } from "../compliance/checklist";
import { gatherEvidence } from "../compliance/evidence";
import { addToHistory, readHistory } from "../compliance/history";
import { complianceHtml } from "../compliance/html";
import { complianceMarkdown } from "../compliance/markdown";
import type { ComplianceReport } from "../compliance/model";
import { complianceReport } from "../compliance/model";
import { complianceOscal } from "../compliance/oscal";
import { complianceMetrics } from "../compliance/prometheus";
import { scoreChecklist } from "../compliance/score";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Arguments } from "../options";
import { judgeStack } from "../preview/judge";
import { requestedStacks, STACK_OPTIONS } from "../preview/stacks";
import { readSelection, SELECTION_OPTIONS } from "../selection";
import type { Command } from "./command";
import { writeOut } from "./out";

/** The forms of the compliance report; a new one is a line here. */
const FORMATS: Readonly<Record<string, (report: ComplianceReport) => string>> = {
    json: (report) => `${JSON.stringify(report, null, 2)}\n`,
    markdown: complianceMarkdown,
    html: complianceHtml,
    prometheus: complianceMetrics,
    oscal: (report) => `${JSON.stringify(complianceOscal(report), null, 2)}\n`,
};

/** Holds a stack against the hardening checklist, row by row, and computes the compliance score. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        config: SELECTION_OPTIONS.config,
        waivers: SELECTION_OPTIONS.waivers,
        tests: { type: "string", value: "FILE", description: "results that the test runs wrote to TEST_RESULTS" },
        verified: {
            type: "string",
            value: "FILE",
            description: "what hardening verify --format json wrote; may be given several times",
            multiple: true,
        },
        scans: { type: "string", value: "FILE", description: "security-report.json, which npm run security writes" },
        history: { type: "string", value: "DIR", description: "former reports, for the trend; this one is added" },
        format: {
            type: "string",
            short: "f",
            value: "NAME",
            description: "form of the report, default markdown",
            choices: Object.keys(FORMATS),
        },
        out: { type: "string", short: "o", value: "FILE", description: "write to a file instead of standard output" },
    },
    notes: [
        "The checklist is checklist/checklist.yaml. A row is satisfied when all of its evidence is: controls that found",
        "nothing, resources and alerts of the stack, tests that passed, checks of a cluster, scanners, documents and",
        "workflows. What did not run proves nothing. With --out, the open rows are printed, each with its reason.",
        "Exit code 1 where a row that applies is open.",
    ],
    run: report,
};

async function report({ options }: Arguments, io: Io): Promise<ExitCode> {
    const requests = requestedStacks(options);
    const [request] = requests;
    if (request === undefined || requests.length > 1) {
        throw new UsageError(["report needs exactly one --stack NAME"]);
    }
    const checklist = readChecklist(join(request.directory, "checklist", "checklist.yaml"));
    const selection = readSelection(options, "x0tta6bl4");
    const history = options.text("history");
    const at = io.now();
    const judged = await judgeStack(request, selection, at, io);
    if (judged.failures.length > 0) {
        judged.failures.forEach(({ source, message }) => io.log(`error: ${source}: ${message}`));
        return EXIT.failed;
    }
    const controls = selection.selected.map(({ control }) => control);
    const known = gatherEvidence({
        directory: request.directory,
        stack: request.stack,
        resources: judged.preview?.resources ?? [],
        findings: judged.findings,
        controls: controls.map(({ name }) => name),
        testResults: options.text("tests"),
        verifyResults: options.texts("verified"),
        scanResults: options.text("scans"),
    });
    const result = complianceReport({
        stack: request.stack,
        at,
        areas: scoreChecklist(checklist, known),
        findings: judged.findings,
        controls,
        history: history === undefined ? [] : readHistory(history, request.stack),
    });
    if (history !== undefined) {
        addToHistory(history, result);
    }
    const format = FORMATS[options.text("format") ?? "markdown"] ?? complianceMarkdown;
    const out = options.text("out");
    if (out === undefined) {
        io.out(format(result));
    } else {
        writeOut(out, format(result));
        io.out(openRows(result));
    }
    const { percent, open } = result.score;
    io.log(`stack ${request.stack}: compliance ${percent} %, ${open} open`);
    return open === 0 ? EXIT.clean : EXIT.violations;
}

/** A line for each open row, for a log. */
function openRows({ stack, areas }: ComplianceReport): string {
    return areas
        .flatMap(({ rows }) => rows.filter(({ state }) => state === "open"))
        .map(({ id, title, reason }) => `${stack} ${id} ${title}: ${reason}\n`)
        .join("");
}

function readChecklist(file: string): readonly ChecklistArea[] {
    try {
        return parseChecklist(readFileSync(file, "utf8"), "checklist/checklist.yaml");
    } catch (error) {
        if (error instanceof ChecklistError) {
            throw new UsageError(error.faults);
        }
        throw new UsageError([`${file}: can't be read`]);
    }
}
