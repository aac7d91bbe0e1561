import { version } from "../../packages/hardening/package.json";
import { InputError } from "../../policies/engine/input";
import { suggestion } from "../../policies/text";
import { COMMANDS } from "../commands";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import { helpOf, overview } from "./help";

/**
 * Runs the tool with the arguments after its name and returns the exit code. Never throws.
 *
 * @param loaded called once the code of a command has been loaded, before it runs
 */
export async function main(args: readonly string[], io: Io, loaded?: () => void): Promise<ExitCode> {
    const [name, ...rest] = args;
    try {
        return await dispatch(name, rest, io, loaded);
    } catch (error) {
        if (error instanceof InputError) {
            error.faults.forEach((fault) => io.log(`error: ${fault}`));
            io.log(`Try: hardening ${name !== undefined && Object.hasOwn(COMMANDS, name) ? `${name} ` : ""}--help`);
            return EXIT.input;
        }
        io.log(`error: ${error instanceof Error ? error.message : String(error)}`);
        return EXIT.failed;
    }
}

async function dispatch(
    name: string | undefined,
    args: readonly string[],
    io: Io,
    loaded: (() => void) | undefined,
): Promise<ExitCode> {
    if (name === undefined) {
        io.out(overview());
        return EXIT.input;
    }
    if (name === "--help" || name === "-h" || name === "help") {
        const [command, ...others] = args;
        refuse(`help ${command}`, others);
        io.out(command === undefined ? overview() : helpOf(command, await commandNamed(command)));
        return EXIT.clean;
    }
    if (name === "--version") {
        refuse(name, args);
        io.out(`${version}\n`);
        return EXIT.clean;
    }
    const command = await commandNamed(name);
    const line = command.read(name, args);
    if (line.help) {
        io.out(helpOf(name, command));
        return EXIT.clean;
    }
    loaded?.();
    return command.run(line, io);
}

function refuse(name: string, operands: readonly string[]): void {
    if (operands.length > 0) {
        throw new UsageError([`${name} takes no more operands, found "${operands.join(" ")}"`]);
    }
}

async function commandNamed(name: string) {
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) {
        throw new UsageError([`there is no command "${name}"${suggestion(name, Object.keys(COMMANDS))}`]);
    }
    return (await entry.load()).command;
}
