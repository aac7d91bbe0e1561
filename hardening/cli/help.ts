import { COMMANDS } from "../commands";
import type { Command } from "./command";
import { describeOptions } from "./options";

/** What `hardening --help` prints: the commands and what they do. */
export function overview(): string {
    const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
    return [
        "Usage: hardening COMMAND [OPTION…]",
        "",
        "Holds Kubernetes objects against the hardening checklist, before and after they are deployed.",
        "",
        "Commands:",
        ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
        "",
        "Exit codes: 0 clean, 1 violations, 2 bad usage or unreadable input, 3 the program or the pack failed.",
        "hardening COMMAND --help says more.",
        "",
    ].join("\n");
}

/** What `hardening COMMAND --help` prints. */
export function helpOf(name: string, { operands, options, notes }: Command): string {
    const summary = COMMANDS[name]?.summary ?? "";
    return [
        `Usage: hardening ${name} [OPTION…]${operands === "" ? "" : ` ${operands}`}`,
        "",
        `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
        "",
        "Options:",
        describeOptions(options),
        ...(notes.length === 0 ? [] : ["", ...notes]),
        "",
    ].join("\n");
}
