import { existsSync } from "node:fs";
import { join } from "node:path";

import { controls } from "../../policies/controls";
import { profileControls } from "../../policies/engine/profiles";
import { defineCommand } from "../cli/command";
import type { Checklist } from "../compliance/checklist";
import { parseChecklist } from "../compliance/checklist";
import { attestationSignatures } from "../compliance/content/attestations";
import { filesBelow, gatherEvidence } from "../compliance/evidence";
import { COMPLIANCE_FORMATS } from "../compliance/formats";
import { addToHistory, readHistory } from "../compliance/history";
import type { ComplianceReport } from "../compliance/model";
import { complianceReport } from "../compliance/model";
import { openByWait } from "../compliance/outlook";
import { gatewayOf, pushMetrics } from "../compliance/push";
import { scoreChecklist } from "../compliance/score";
import type { Submission } from "../evidence/admission";
import { readEvidence } from "../evidence/folder";
import { Observations } from "../evidence/observations";
import { sourceOf } from "../evidence/source";
import { stackDigest } from "../evidence/stack-digest";
import type { Trust } from "../evidence/trust";
import { readTrust } from "../evidence/trust";
import { EXIT } from "../findings";
import { count, plain } from "../formats/style";
import { Progress } from "../io";
import { judgeStack } from "../preview/judge";
import { readSelection, SELECTION_OPTIONS } from "../selection";
import { clusterOf } from "../sources/cluster/identity";
import { readText } from "../sources/files";
import type { HostRequest, Registration } from "../sources/program/registration";

/** The controls that the checklist's rows are judged by. */
const CHECKLIST_PROFILE = "x0tta6bl4";

/** The policy of whose signatures are believed, below the program's folder. */
const TRUST = "checklist/trust.yaml";

/** Holds a stack against the hardening checklist, row by row, and computes the compliance score. */
export const command = defineCommand({
    stacks: "one",
    options: {
        config: SELECTION_OPTIONS.config,
        waivers: SELECTION_OPTIONS.waivers,
        evidence: {
            type: "text",
            value: "DIR",
            description: "folder of statements, which what ran has written",
            multiple: true,
        },
        trust: {
            type: "text",
            value: "FILE",
            description: `whose signatures are believed, default ${TRUST} where there is one`,
        },
        history: { type: "text", value: "DIR", description: "former reports, for the trend; this one is added" },
        push: { type: "text", value: "URL", description: "push the score as metrics to this push gateway" },
    },
    formats: COMPLIANCE_FORMATS,
    notes: [
        "The checklist is checklist/checklist.yaml. A row is satisfied when all of its evidence is: controls that found",
        "nothing, resources and alerts of the stack, tests that passed, checks of a cluster, scanners, documents and",
        "workflows. What ran is proved by in-toto statements about this commit, and this stack, that are not too old; of one",
        "that proves nothing the report says why. With --out, the open rows are printed, each with its reason.",
        "Exit code 1 where a row that applies is open.",
    ],
    run: async ({ options, stacks: [request], output, io }) => {
        const { areas, ...definitions } = readChecklist(request.directory);
        const selection = readSelection({ profile: CHECKLIST_PROFILE, ...options });
        const { history, push } = options;
        const gateway = push === undefined ? undefined : gatewayOf(push);
        const at = io.now();
        const judging = judgeStack(request, selection, at, io);
        const judged = await new Progress(io, `running the program of stack ${request.stack}`).during(judging);
        if (judged.failures.length > 0) {
            judged.failures.forEach(({ source, message }) => io.log(`error: ${source}: ${message}`));
            return EXIT.failed;
        }
        const ran = selection.selected.map(({ control }) => control);
        const believed = trustOf(request.directory, options.trust);
        const submissions = await submitted(request, judged.preview?.registrations ?? [], at, believed, options);
        const read = filesBelow(request.directory);
        const attested = areas.flatMap(({ rows }) => rows.flatMap(({ evidence }) => evidence.attestations));
        const known = gatherEvidence({
            ...{ stack: request.stack, now: at, definitions },
            read,
            signatures: await attestationSignatures(attested, read, believed),
            signedOnly: believed?.required.has("attestations") ?? false,
            resources: judged.preview?.resources ?? [],
            findings: judged.findings,
            controls: ran.map(({ name }) => name),
            observations: new Observations(submissions, at),
        });
        const result = complianceReport({
            stack: request.stack,
            at,
            areas: scoreChecklist(areas, known),
            submissions,
            findings: judged.findings,
            controls: ran,
            history: history === undefined ? [] : readHistory(history, request.stack),
        });
        if (history !== undefined) {
            addToHistory(history, result);
        }
        await output.write(result);
        if (gateway !== undefined) {
            await pushMetrics(gateway, result);
        }
        if (output.file !== undefined) {
            io.out(openRows(result));
        }
        for (const { file, refused } of result.statements.filter((one) => one.refused !== undefined)) {
            io.log(plain(`note: ${file} proves nothing: it ${refused ?? ""}`));
        }
        const unseen = judged.notJudged.length;
        if (unseen > 0) {
            const were = `${count(unseen, "object")} ${unseen === 1 ? "was" : "were"} not judged`;
            io.log(`note: ${were}; hardening preview --stack ${request.stack} names ${unseen === 1 ? "it" : "them"}`);
        }
        const { percent, open } = result.score;
        io.log(`stack ${request.stack}: compliance ${percent} %, ${open} open`);
        return open === 0 ? EXIT.clean : EXIT.violations;
    },
});

/** The policy of whose signatures are believed; undefined where there is none. */
function trustOf(directory: string, trust: string | undefined): Trust | undefined {
    const usual = join(directory, TRUST);
    const policy = trust ?? (existsSync(usual) ? usual : undefined);
    return policy === undefined ? undefined : readTrust(policy);
}

/** What the folder of evidence holds, each file taken or refused; nothing where none was given. */
async function submitted(
    request: HostRequest,
    registrations: readonly Registration[],
    now: Date,
    trust: Trust | undefined,
    { evidence }: { readonly evidence: readonly string[] },
): Promise<readonly Submission[]> {
    const { directory, stack } = request;
    if (evidence.length === 0) {
        return [];
    }
    return readEvidence(evidence, {
        ...{ stack, now, trust },
        source: sourceOf(directory),
        stackDigest: stackDigest(registrations),
        cluster: clusterOf(request).identity,
    });
}

/** A line for each open row, for a log; rows that only wait for the same runs are one. */
function openRows({ stack, areas }: ComplianceReport): string {
    const open = areas.flatMap(({ rows }) => rows.filter(({ state }) => state === "open"));
    const { lacking, waiting } = openByWait(open);
    const lines = [
        ...lacking.map(({ id, title, reason, brief = reason }) => `${id} ${title}: ${brief}`),
        ...[...waiting].map(([what, rows]) => `${what}: ${rows.map(({ id }) => id).join(", ")}`),
    ];
    return lines.map((line) => `${plain(`${stack} ${line}`)}\n`).join("");
}

/** @throws InputError with what is wrong with the file */
function readChecklist(directory: string): Checklist {
    const file = "checklist/checklist.yaml";
    const proving = profileControls(controls, CHECKLIST_PROFILE);
    return parseChecklist(readText(join(directory, file), "--directory"), file, proving);
}
