import { version } from "../package.json";
import { suggestion } from "../policies/text";
import { COMMANDS } from "./commands";
import type { Command } from "./commands/command";
import type { ExitCode } from "./findings";
import { EXIT } from "./findings";
import type { Io } from "./io";
import { UsageError } from "./io";
import { describeOptions, readArguments } from "./options";

/** Runs the tool with the arguments after its name and returns the exit code. Never throws. */
export async function main(args: readonly string[], io: Io): Promise<ExitCode> {
    const [name, ...rest] = args;
    try {
        return await dispatch(name, rest, io);
    } catch (error) {
        if (error instanceof UsageError) {
            error.faults.forEach((fault) => io.log(`error: ${fault}`));
            io.log(`Try: hardening ${name !== undefined && Object.hasOwn(COMMANDS, name) ? `${name} ` : ""}--help`);
            return EXIT.input;
        }
        io.log(`error: ${error instanceof Error ? error.message : String(error)}`);
        return EXIT.failed;
    }
}

async function dispatch(name: string | undefined, args: readonly string[], io: Io): Promise<ExitCode> {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
        io.out(overview());
        return name === undefined ? EXIT.input : EXIT.clean;
    }
    if (name === "--version") {
        io.out(`${version}\n`);
        return EXIT.clean;
    }
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) {
        throw new UsageError([`there is no command "${name}"${suggestion(name, Object.keys(COMMANDS))}`]);
    }
    const { command } = await entry.load();
    if (args.includes("--help") || args.includes("-h")) {
        io.out(helpOf(name, entry.summary, command));
        return EXIT.clean;
    }
    return command.run(readArguments(args, command.options), io);
}

function overview(): string {
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

function helpOf(name: string, summary: string, command: Command): string {
    return [
        `Usage: hardening ${name} [OPTION…]${command.operands === "" ? "" : ` ${command.operands}`}`,
        "",
        `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
        "",
        "Options:",
        describeOptions(command.options),
        ...(command.notes === undefined ? [] : ["", ...command.notes]),
        "",
    ].join("\n");
}
