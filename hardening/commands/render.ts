import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Arguments, OptionValues } from "../options";
import { renderStack } from "../preview/render";
import { requestedStacks, STACK_OPTIONS, stackLog } from "../preview/stacks";
import { count } from "../formats/style";
import { previewProgram } from "../sources/program";
import type { Command } from "./command";

/** Writes a stack as plain manifests, for GitOps and for `kubectl apply --server-side`. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        out: { type: "string", short: "o", value: "DIR", description: "folder to write to; made where it is missing" },
    },
    notes: [
        "One YAML file for each object, numbered in apply order, and a kustomization that lists them. Files of an earlier",
        "render are removed; a folder that holds anything else is refused. Secrets are never written.",
    ],
    run: render,
};

/** What an earlier render may have left behind. */
const OWN_FILE = /^(?:\d+-[a-z0-9.-]+\.yaml|kustomization\.yaml)$/;

async function render({ options }: Arguments, io: Io) {
    const directory = checkedOut(options);
    const [request] = requestedStacks(options);
    if (request === undefined) {
        throw new UsageError(["render needs --stack NAME"]);
    }
    const { registrations } = await previewProgram(request, stackLog(io, request.stack));
    const { files, faults, skipped } = renderStack(registrations);
    if (faults.length > 0) {
        faults.forEach((fault) => io.log(`error: ${fault}`));
        return EXIT.failed;
    }
    mkdirSync(directory, { recursive: true });
    const stale = readdirSync(directory);
    stale.forEach((file) => rmSync(join(directory, file)));
    files.forEach(({ name, content }) => writeFileSync(join(directory, name), content));
    skipped.forEach((urn) => io.log(`note: ${urn} is no Kubernetes object and has no file`));
    io.log(`stack ${request.stack}: ${count(files.length - 1, "object")} written to ${options.text("out") ?? ""}`);
    return EXIT.clean;
}

/** The folder to write to, once it is certain that nothing of anybody else's is in it. @throws UsageError */
function checkedOut(options: OptionValues): string {
    const out = options.text("out");
    const faults = [
        ...(options.texts("stack").length === 1 ? [] : ["render needs exactly one --stack NAME"]),
        ...(out === undefined ? ["render needs --out DIR"] : foreignFiles(out)),
    ];
    if (faults.length > 0 || out === undefined) {
        throw new UsageError(faults);
    }
    return out;
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
