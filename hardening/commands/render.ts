import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { count } from "../formats/style";
import { UsageError } from "../io";
import { renderStack } from "../preview/render";
import { runStack } from "../preview/stacks";

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
    },
    notes: [
        "One YAML file for each object, numbered in apply order, and a kustomization that lists them. Files of an earlier",
        "render are removed; a folder that holds anything else is refused. Secrets are never written.",
    ],
    run: async ({ options: { out }, stacks: [request], io }) => {
        // Before the program runs, and before anything is touched.
        refuseForeignFiles(out);
        const { registrations } = await runStack(request, io);
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
