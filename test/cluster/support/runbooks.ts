import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "docs/runbooks";
/** A command line within a sentence; a program and one word only name a command. */
const COMMAND = /^(?:kubectl \S+ \S|hardening |spire-server |pulumi |openssl )/;

/** A command of a runbook, as it stands there. */
export interface RunbookCommand {
    /** Name of the file, without its folder. */
    readonly file: string;
    readonly line: string;
}

/** The commands of a runbook in their order: lines after a prompt, and command lines within a sentence. */
export function commandsOf(file: string): readonly RunbookCommand[] {
    const text = readFileSync(join(FOLDER, file), "utf8").replaceAll(/\\\n\s*/g, "");
    return [...text.matchAll(/^ *\$ (.+)$|`([^`\n]+)`/gm)]
        .map(([, prompt, inline = ""]) => ({ line: prompt ?? inline, whole: prompt !== undefined }))
        .filter(({ line, whole }) => whole || COMMAND.test(line))
        .map(({ line }) => ({ file, line: line.trim() }));
}

/** Every command of every runbook. */
export function runbookCommands(): readonly RunbookCommand[] {
    return readdirSync(FOLDER)
        .filter((file) => file.endsWith(".md"))
        .sort()
        .flatMap(commandsOf);
}

/** A command with its placeholders filled in: `<namespace>`, or a word in capitals such as `NODE`. */
export function filledIn(line: string, values: Readonly<Record<string, string>>): string {
    return line
        .replaceAll(/<([a-z][a-z -]*)>|\b([A-Z][A-Z_]{3,})\b(?!=)/g, (whole, name?: string, word?: string) => {
            const key = name ?? word ?? "";
            return values[key] ?? whole;
        })
        .replace(/^(?:npm exec -- )?hardening /, "bin/hardening ");
}
