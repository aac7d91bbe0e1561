import { writeFileSync } from "node:fs";

import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { UsageError } from "../io";
import { PROJECT_FILE } from "../project";
import { PROFILE_OPTION } from "../selection";

/** Writes the file of a project, which stands for options that are not given. */
export const command = defineCommand({
    stacks: "none",
    options: { profile: { ...PROFILE_OPTION, default: "restricted" } },
    notes: [
        `Writes ${PROJECT_FILE} into this folder: the profile that was named, and the other settings as comments.`,
        "A file that is there is left as it is.",
    ],
    run: ({ options, io }) => {
        try {
            writeFileSync(PROJECT_FILE, projectFile(options.profile), { flag: "wx" });
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            throw new UsageError([
                code === "EEXIST" ? `${PROJECT_FILE} is there already` : `${PROJECT_FILE} can't be written (${code})`,
            ]);
        }
        io.log(`Wrote ${PROJECT_FILE}. Try: hardening scan .`);
        return EXIT.clean;
    },
});

function projectFile(profile: string): string {
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
# exclude: [charts/*/templates/, "*.test.yaml"]
`;
}
