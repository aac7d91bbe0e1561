import { controls } from "../../policies/controls";
import { suggestion } from "../../policies/text";
import type { Command } from "../cli/command";
import { defineCommand } from "../cli/command";
import type { Completed } from "../cli/completion";
import { SHELLS } from "../cli/completion";
import { EXIT } from "../findings";
import { UsageError } from "../io";
import type { CommandEntry } from "./index";

const NAMES = Object.keys(SHELLS);
const USAGE = NAMES.join("|");
const MISSING = `completion needs the name of one shell: ${NAMES.join(", ")}`;

/** The command that prints what a shell completes command lines by, made from the table of commands. */
export function completionOf(table: Readonly<Record<string, CommandEntry>>): Command {
    return defineCommand({
        operands: { usage: USAGE, missing: MISSING },
        stacks: "none",
        options: {},
        notes: [
            'bash: source <(hardening completion bash), in ~/.bashrc. zsh: hardening completion zsh >"${fpath[1]}/_hardening".',
            "fish: hardening completion fish >~/.config/fish/completions/hardening.fish.",
        ],
        run: async ({ operands, io }) => {
            const [shell = "", ...others] = operands;
            const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
            if (others.length > 0) {
                throw new UsageError([MISSING]);
            }
            if (script === undefined) {
                throw new UsageError([
                    `completion knows ${NAMES.join(", ")}, found "${shell}"${suggestion(shell, NAMES)}`,
                ]);
            }
            const commands = Object.entries(table).map(async ([name, { summary, load }]): Promise<Completed> => {
                const { options, operands: usage } = (await load()).command;
                return { name, summary, options, paths: usage.includes("PATH"), words: wordsOf(usage) };
            });
            io.out(script(await Promise.all(commands)));
            return EXIT.clean;
        },
    });
}

/** The words that a usage line allows for an operand, where it says or names them. */
function wordsOf(usage: string): readonly string[] {
    if (usage.includes("CONTROL")) {
        return controls.map(({ name }) => name);
    }
    return /^[a-z]+(?:\|[a-z]+)+$/.test(usage) ? usage.split("|") : [];
}
