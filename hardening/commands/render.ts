import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { defineCommand } from "../cli/command";
import type { ExitCode } from "../findings";
import { EXIT, exitCode, fails, Tally } from "../findings";
import { reported } from "../fold";
import { count } from "../formats/style";
import type { Io } from "../io";
import { Progress, UsageError } from "../io";
import { judgeStack } from "../preview/judge";
import { renderStack } from "../preview/render";
import { runStack } from "../preview/stacks";
import type { Selection } from "../selection";
import { announce, readSelection, selectionOptions } from "../selection";
import type { HostRequest, Registration } from "../sources/program/registration";

/** What an earlier render may have left behind. */
const OWN_FILE = /^(?:\d+-[a-z0-9.-]+\.yaml|kustomization\.yaml)$/;

/** Writes a stack as plain manifests, for GitOps and for `kubectl apply --server-side`. */
export const command = defineCommand({
    stacks: "one",
    options: {
        out: {
            type: "text",
            short: "o",
            value: "DIR",
            description: "folder to write to; made where it is missing",
            required: true,
        },
        "no-verify": { type: "flag", description: "write the stack although a preview of it fails" },
        ...selectionOptions("x0tta6bl4"),
    },
    notes: [
        "What `hardening preview` with the same options refuses is not written: what fails is said, and the exit code is the",
        "same. With --no-verify nothing is judged.",
        "One YAML file for each object, numbered in apply order, and a kustomization that lists them. Files of an earlier",
        "render are removed; a folder that holds anything else is refused. Secrets are never written.",
    ],
    run: async ({ options, stacks: [request], project, io }) => {
        const { out } = options;
        const selection = readSelection(options, project);
        announce(selection, io);
        // Before the program runs, and before anything is touched.
        refuseForeignFiles(out);
        const { verdict, registrations } = options["no-verify"]
            ? { verdict: EXIT.clean, ...(await runStack(request, io)) }
            : await verified(request, selection, io);
        if (verdict !== EXIT.clean) {
            return verdict;
        }
        const { files, faults, skipped } = renderStack(registrations);
        if (faults.length > 0) {
            faults.forEach((fault) => io.log(`error: ${fault}`));
            return EXIT.failed;
        }
        mkdirSync(out, { recursive: true });
        const stale = readdirSync(out);
        stale.forEach((file) => rmSync(join(out, file)));
        files.forEach(({ name, content }) => writeFileSync(join(out, name), content));
        skipped.forEach((urn) => io.log(`note: ${urn} is no Kubernetes object and has no file`));
        io.log(`stack ${request.stack}: ${count(files.length - 1, "object")} written to ${out}`);
        return EXIT.clean;
    },
});

/** What a stack registers, and the exit code with which a preview of it would end; what fails it is said. */
async function verified(
    request: HostRequest,
    selection: Selection,
    io: Io,
): Promise<{ readonly verdict: ExitCode; readonly registrations: readonly Registration[] }> {
    const judging = judgeStack(request, selection, io.now(), io);
    const running = new Progress(io, `running the program of stack ${request.stack}`);
    const { findings, failures, notJudged, preview } = await running.during(judging);
    const tally = new Tally();
    tally.notJudged = notJudged.length;
    for (const finding of reported(findings.values(), selection)) {
        tally.add(finding);
        if (fails(finding)) {
            io.log(`error: ${finding.severity} ${finding.control}: ${finding.message}`);
        }
    }
    failures.forEach(({ message }) => io.log(`error: ${message}`));
    const verdict = exitCode(tally, failures, selection.strict);
    if (verdict !== EXIT.clean && failures.length === 0) {
        const unknown =
            tally.failing === 0 ? ` ${tally.unverifiable} unverifiable, ${tally.notJudged} not judged;` : "";
        io.log(
            `stack ${request.stack} is refused by a preview, so nothing is written:${unknown} ${count(tally.failing, "violation")}; --no-verify writes it all the same`,
        );
    }
    return { verdict, registrations: preview?.registrations ?? [] };
}

/** @throws UsageError where a folder holds anything that no render has written */
function refuseForeignFiles(out: string): void {
    const faults = foreignFiles(out);
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
}

function foreignFiles(out: string): readonly string[] {
    try {
        const foreign = readdirSync(out).filter((file) => !OWN_FILE.test(file));
        return foreign.length === 0
            ? []
            : [`--out ${out} holds ${foreign[0]}, which no render has written; choose an empty folder`];
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return code === "ENOENT" ? [] : [`--out ${out} is not a folder that can be written to (${code})`];
    }
}
