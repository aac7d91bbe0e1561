import type { ExitCode } from "../findings";
import type { Io } from "../io";
import type { Arguments, OptionTable } from "../options";

/** One command of the tool; each stands in a file of its own. */
export interface Command {
    /** What follows the name in the usage line, e.g. `PATH…|-`. */
    readonly operands: string;
    readonly options: OptionTable;
    /** Lines of the help after the options. */
    readonly notes?: readonly string[];
    /** Runs and returns the exit code. Throws UsageError for what the options can't express. */
    readonly run: (args: Arguments, io: Io) => Promise<ExitCode> | ExitCode;
}
