import type { FormatTable } from "../formats/format";
import type { Io } from "../io";
import type { CommandLine, OptionTable } from "./options";
import { valuesOf } from "./options";
import { inPieces, writeOut } from "./out";

const OUT = {
    out: {
        type: "text",
        short: "o",
        value: "FILE",
        description: "write the report to a file instead of standard output",
    },
} as const satisfies OptionTable;

/** The options by which a command takes the form of its report and where it goes; none where it writes no report. */
export function outputOptions(formats: FormatTable<never>): OptionTable {
    const names = Object.keys(formats);
    return {
        // A single form needs no choice.
        ...(names.length > 1 && {
            format: {
                type: "text",
                short: "f",
                value: "NAME",
                description: "form of the report",
                choices: names,
                default: names[0] ?? "",
            },
        }),
        ...(names.length > 0 && OUT),
    };
}

/** Where a command's report goes, and in which form. */
export class Output<R> {
    /** The name of the form. */
    public readonly format: string;
    /** The file it goes to; undefined for standard output. */
    public readonly file: string | undefined;
    /** Escape sequences for colours are shown as colours there. They never go into a file. */
    public readonly colour: boolean;

    constructor(
        private readonly formats: FormatTable<R>,
        given: CommandLine["given"],
        private readonly io: Io,
    ) {
        this.format = given.get("format")?.at(-1) ?? Object.keys(formats)[0] ?? "";
        this.file = valuesOf(OUT, given).out;
        this.colour = io.colour && this.file === undefined;
    }

    /** Writes the report. @throws UsageError where the file can't be written */
    public async write(report: R): Promise<void> {
        const render = await this.formats[this.format]?.();
        if (render === undefined) {
            throw new Error(`no report format is named "${this.format}"`);
        }
        const { columns } = this.io;
        const onTerminal = this.file === undefined && columns !== undefined;
        const text = render(report, { colour: this.colour, ...(onTerminal && { columns }) });
        if (this.file === undefined) {
            inPieces(text, this.io.out);
        } else {
            writeOut(this.file, text);
        }
    }
}
