import type { ExitCode } from "../findings";
import type { FormatTable } from "../formats/format";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Project } from "../project";
import { NO_PROJECT, optionsOf, PROJECT_OPTION, readProject, withOneProfile } from "../project";
import type { HostRequest } from "../sources/program/registration";
import type { CommandLine, OptionTable, ValuesOf } from "./options";
import { readOptions, valuesOf } from "./options";
import { Output, outputOptions } from "./output";
import type { StackCount } from "./stacks";
import { partSettings, stacksOf, withStackOptions } from "./stacks";

/** What may follow the options of a command. */
export interface Operands {
    /** How the usage line writes it, e.g. `PATH…|-`. */
    readonly usage: string;
    /** What is said where none is given, by a command that needs at least one. */
    readonly missing?: string;
}

type StacksOf<S extends StackCount> = S extends "one"
    ? readonly [HostRequest]
    : S extends "many" | "maybe"
      ? readonly HostRequest[]
      : readonly [];

/** What a command is run with. */
interface Invocation<O extends OptionTable, S extends StackCount, R> {
    readonly options: ValuesOf<O>;
    readonly operands: readonly string[];
    /** The command's name and its arguments, as they were given. */
    readonly words: readonly string[];
    /** The stacks that `--stack` names, each read from its file; all there are where it names none of many. */
    readonly stacks: StacksOf<S>;
    /** Where the report goes, in the form that `--format` names. */
    readonly output: Output<R>;
    /** What the project says, beside what stands for options that were not given; nothing where the command asks for none. */
    readonly project: Project;
    readonly io: Io;
}

interface Definition<O extends OptionTable, S extends StackCount, R> {
    /** Left out by a command that takes none. */
    readonly operands?: Operands;
    readonly stacks: S;
    readonly options: O;
    /** The forms of the command's report, for `--format` and `--out`; left out by a command that writes none. */
    readonly formats?: FormatTable<R>;
    /** Lines of the help after the options. */
    readonly notes?: readonly string[];
    /** Runs and returns the exit code. @throws UsageError for what the options can't express. */
    readonly run: (invocation: Invocation<O, S, R>) => Promise<ExitCode> | ExitCode;
}

/** One command of the tool; each stands in a file of its own. */
export interface Command {
    /** What follows the options in the usage line; empty where nothing may. */
    readonly operands: string;
    /** Its options, with those that its stacks and formats bring. */
    readonly options: OptionTable;
    readonly notes: readonly string[];
    /** Reads the arguments that follow the command's name, as far as that goes without looking at any file. */
    readonly read: (name: string, args: readonly string[]) => CommandLine;
    /**
     * Runs a command line.
     *
     * @throws UsageError with every fault of the command line at once.
     */
    readonly run: (line: CommandLine, io: Io) => Promise<ExitCode>;
}

/**
 * Defines a command: what it takes is data, and what it is run with is typed by that. What it doesn't take is refused,
 * and its help says what it does.
 */
export function defineCommand<const O extends OptionTable, const S extends StackCount, R = never>(
    definition: Definition<O, S, R>,
): Command {
    const { operands, stacks, formats = {} } = definition;
    const options: OptionTable = { ...withStackOptions(stacks, definition.options), ...outputOptions(formats) };
    return {
        operands: operands?.usage ?? "",
        options,
        notes: definition.notes ?? [],
        read: (name, args) => {
            const line = readOptions(name, args, options);
            return { ...line, faults: [...line.faults, ...operandFaults(name, line, operands)] };
        },
        run: async ({ words, given: all, operands: found, faults }, io) => {
            const { settings, given, faults: misgiven } = partSettings(stacks, definition.options, all);
            const requests = await stacksOf(stacks, given, settings);
            const own = PROJECT_OPTION in options ? readProject(given.get(PROJECT_OPTION)?.[0]) : NO_PROJECT;
            const project = given.has("profile") ? withOneProfile(own) : own;
            const wrong = [...faults, ...misgiven, ...requests.faults];
            if (wrong.length > 0) {
                throw new UsageError(wrong);
            }
            return definition.run({
                options: valuesOf(definition.options, new Map([...optionsOf(project), ...given])),
                project,
                operands: found,
                words,
                // As many as `stacks` says: anything else was a fault.
                stacks: requests.stacks as StacksOf<S>,
                output: new Output(formats, given, io),
                io,
            });
        },
    };
}

function operandFaults(name: string, line: CommandLine, operands: Operands | undefined): readonly string[] {
    const { operands: found, unknown } = line;
    if (operands === undefined && found.length > 0 && !unknown) {
        return [`${name} takes no operand, found "${found.join(" ")}"`];
    }
    return operands?.missing !== undefined && found.length === 0 ? [operands.missing] : [];
}
