import { isUtf8 } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";

import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { count } from "../formats/style";
import { UsageError } from "../io";
import { Excluded, NO_PROJECT, PROJECT_FILE } from "../project";
import { PROFILE_OPTION } from "../selection";
import type { ManifestFile } from "../sources/manifests";
import { readManifests } from "../sources/manifests";

/** Writes the file of a project, which stands for options that are not given. */
export const command = defineCommand({
    stacks: "none",
    options: { profile: { ...PROFILE_OPTION, default: "restricted" } },
    notes: [
        `Writes ${PROJECT_FILE} into this folder: the profile that was named, the files that hold no Kubernetes object`,
        "(such as package.json, which scan would call an error) as left out by name, and the other settings as comments.",
        "A file that is there is left as it is.",
    ],
    run: ({ options, io }) => {
        const excluded = new Excluded([], NO_PROJECT);
        const read = readManifests(["."], { excluded: (...asked) => excluded.has(...asked) });
        const foreign = Array.from(read)
            .filter(isForeign)
            .map(({ source }) => source);
        try {
            writeFileSync(PROJECT_FILE, projectFile(options.profile, foreign), { flag: "wx" });
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            throw new UsageError([
                code === "EEXIST" ? `${PROJECT_FILE} is there already` : `${PROJECT_FILE} can't be written (${code})`,
            ]);
        }
        const leftOut = foreign.length === 0 ? "" : `, which leaves out ${count(foreign.length, "file")} by name`;
        io.log(`Wrote ${PROJECT_FILE}${leftOut}. Try: hardening scan .`);
        return EXIT.clean;
    },
});

/** Whether a file is something else's: nothing of it was read, and its text doesn't even mention what each object must have. */
function isForeign({ source, resources, failures, produced }: ManifestFile): boolean {
    if (failures.length === 0 || resources.length > 0 || produced === true) {
        return false;
    }
    try {
        const content = readFileSync(source);
        return isUtf8(content) && !content.includes("apiVersion");
    } catch {
        // Nobody knows what is in a file that can't be read.
        return false;
    }
}

/** A pattern that names one file below the project, and nothing else, as a gitignore file would. */
function patternOf(source: string): string {
    return `/${source.replace(/[\\*?[\]!# ]/g, "\\$&")}`;
}

function projectFile(profile: string, foreign: readonly string[]): string {
    const exclude =
        foreign.length === 0
            ? '# exclude: [charts/*/templates/, "*.test.yaml"]\n'
            : `exclude:                              # no Kubernetes object is in these
${foreign.map((source) => `  - ${JSON.stringify(patternOf(source))}\n`).join("")}`;
    return `# yaml-language-server: $schema=node_modules/@x0tta6bl4/hardening/schemas/project.json
# What hardening goes by in this folder; an option that is given counts for more.
profile: ${profile}
# controls:                           # levels and parameters; "hardening controls NAME" describes one
#   no-latest-tag: advisory
#   images-from-allowed-registries: { registries: [registry.example.org] }
# waivers: [waivers.yaml]             # accepted risks, each with reason, owner, ticket and last day
# baseline: baseline.json             # a former report (--format json): only what is new fails
# strict: true                        # what can't be judged fails too
# kubernetesVersion: v1.33
# controlsUrl: https://git.example.org/security/hardening/docs/controls.md
# overrides:                          # what counts instead for some paths; of several the last
#   - paths: [legacy/]
#     profile: baseline
${exclude}`;
}
