import { parseArgs } from "node:util";

import { suggestion } from "../policies/text";
import { UsageError } from "./io";

/** One option of a command. */
export interface OptionSpec {
    readonly type: "string" | "boolean";
    readonly short?: string;
    /** Placeholder of the value in the help, e.g. `FILE`. */
    readonly value?: string;
    readonly description: string;
    /** The values allowed, where they are few. */
    readonly choices?: readonly string[];
    readonly multiple?: boolean;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The values given, by option name. */
export class OptionValues {
    constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

    public flag(name: string): boolean {
        return this.values.has(name);
    }

    /** The last value given. */
    public text(name: string): string | undefined {
        return this.values.get(name)?.at(-1);
    }

    public texts(name: string): readonly string[] {
        return this.values.get(name) ?? [];
    }

    /** A number of units from 1 up. @throws UsageError */
    public size(name: string): number | undefined {
        const text = this.text(name);
        if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) {
            throw new UsageError([`--${name} must be a whole number from 1 up, found "${text}"`]);
        }
        return text === undefined ? undefined : Number(text);
    }
}

/** A command line, read. */
export interface Arguments {
    readonly options: OptionValues;
    readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command against its options.
 *
 * @throws UsageError with every unknown option (and the closest known one), missing value and value out of range.
 */
export function readArguments(args: readonly string[], table: OptionTable): Arguments {
    const { tokens } = parseArgs({
        args: [...args],
        options: Object.fromEntries(
            Object.entries(table).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
        ),
        strict: false,
        allowPositionals: true,
        tokens: true,
    });
    const faults: string[] = [];
    const values = new Map<string, string[]>();
    const positionals: string[] = [];
    for (const token of tokens) {
        if (token.kind === "positional") {
            positionals.push(token.value);
        } else if (token.kind === "option") {
            const value = checkOption(token, table, faults);
            if (value !== undefined) {
                values.set(token.name, [...(values.get(token.name) ?? []), value]);
            }
        }
    }
    for (const [name, given] of values) {
        if (given.length > 1 && table[name]?.multiple !== true) {
            faults.push(`--${name} is given ${given.length} times; once is enough`);
        }
    }
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return { options: new OptionValues(values), positionals };
}

interface OptionToken {
    readonly name: string;
    readonly rawName: string;
    readonly value: string | undefined;
}

function checkOption({ name, rawName, value }: OptionToken, table: OptionTable, faults: string[]): string | undefined {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) {
        faults.push(
            `${rawName} is not an option${suggestion(
                rawName,
                Object.keys(table).map((known) => `--${known}`),
            )}`,
        );
        return undefined;
    }
    if (spec.type === "boolean") {
        if (value !== undefined) {
            faults.push(`${rawName} takes no value`);
        }
        return "";
    }
    if (value === undefined || value === "") {
        faults.push(`${rawName} needs a value: --${name} ${spec.value ?? "VALUE"}`);
        return undefined;
    }
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
        faults.push(
            `--${name} must be one of ${spec.choices.join(", ")}, found "${value}"${suggestion(value, spec.choices)}`,
        );
        return undefined;
    }
    return value;
}

/** The options of a command as its help lists them. */
export function describeOptions(table: OptionTable): string {
    const rows = Object.entries(table).map(([name, spec]) => ({
        head: `${spec.short === undefined ? "    " : `-${spec.short}, `}--${name}${spec.type === "string" ? ` ${spec.value ?? "VALUE"}` : ""}`,
        text: spec.choices === undefined ? spec.description : `${spec.description} (${spec.choices.join(", ")})`,
    }));
    const width = Math.max(...rows.map(({ head }) => head.length));
    return rows.map(({ head, text }) => `  ${head.padEnd(width)}  ${text}`).join("\n");
}
