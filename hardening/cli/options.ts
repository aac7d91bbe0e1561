import { parseArgs } from "node:util";

import { suggestion } from "../../policies/text";

interface Described {
    /** One letter, for the short form. */
    readonly short?: string;
    readonly description: string;
}

/** An option without a value. */
interface FlagOption extends Described {
    readonly type: "flag";
}

/** A whole number from 1 up. */
interface CountOption extends Described {
    readonly type: "count";
    /** Placeholder of the value in the help. */
    readonly value: string;
}

interface TextOption extends Described {
    readonly type: "text";
    /** Placeholder of the value in the help, e.g. `FILE`. */
    readonly value: string;
    /** The values allowed, where they are few. */
    readonly choices?: readonly string[];
    readonly default?: string;
    /** The command does not run without it. */
    readonly required?: true;
    /** It may be given several times. */
    readonly multiple?: true;
}

type OptionSpec = FlagOption | CountOption | TextOption;

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type TextOf<O> = O extends { readonly choices: readonly (infer Choice extends string)[] } ? Choice : string;

type ValueOf<O> = O extends { readonly type: "flag" }
    ? boolean
    : O extends { readonly type: "count" }
      ? number | undefined
      : O extends { readonly multiple: true }
        ? readonly TextOf<O>[]
        : O extends { readonly default: string } | { readonly required: true }
          ? TextOf<O>
          : TextOf<O> | undefined;

/** What was given for each option of a table, by the option's name. */
export type ValuesOf<T extends OptionTable> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

/** The texts given for each option, by its name; an empty one for a flag. */
type Given = ReadonlyMap<string, readonly string[]>;

/** A command line, read as far as its options go. */
export interface CommandLine {
    /** The command's name and its arguments, as they were given. */
    readonly words: readonly string[];
    /** What {@link valuesOf} takes values from. */
    readonly given: Given;
    readonly operands: readonly string[];
    /** `--help` or `-h` was among the options. */
    readonly help: boolean;
    /** An option is unknown, so that what follows it may be its value and no operand. */
    readonly unknown: boolean;
    /** Every unknown option (and the closest known one), missing value and value out of range. */
    readonly faults: readonly string[];
}

/** The option that every command has. */
export const HELP = {
    help: { type: "flag", short: "h", description: "print this text" },
} as const satisfies OptionTable;

/** Reads the arguments that follow the name of a command, against its options. */
export function readOptions(name: string, args: readonly string[], table: OptionTable): CommandLine {
    const known: OptionTable = { ...table, ...HELP };
    const { tokens } = parseArgs({
        args: [...args],
        options: Object.fromEntries(
            Object.entries(known).map(([option, { type, short }]) => [
                option,
                { type: type === "flag" ? "boolean" : "string", ...(short !== undefined && { short }) } as const,
            ]),
        ),
        strict: false,
        allowPositionals: true,
        tokens: true,
    });
    const faults: string[] = [];
    const given = new Map<string, string[]>();
    for (const token of tokens) {
        if (token.kind === "option") {
            const value = checked(token, known, faults);
            if (value !== undefined) {
                given.set(token.name, [...(given.get(token.name) ?? []), value]);
            }
        }
    }
    for (const [option, spec] of Object.entries(table)) {
        const times = given.get(option)?.length ?? 0;
        if (times > 1 && !isMultiple(spec)) {
            faults.push(`--${option} is given ${times} times; once is enough`);
        }
        if (times === 0 && spec.type === "text" && spec.required === true) {
            faults.push(`${name} needs --${option} ${spec.value}`);
        }
    }
    return {
        words: [name, ...args],
        given,
        operands: tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : [])),
        help: given.has("help"),
        unknown: tokens.some((token) => token.kind === "option" && !Object.hasOwn(known, token.name)),
        faults,
    };
}

/** The values of some options, out of a command line without a fault that was read against them. */
export function valuesOf<T extends OptionTable>(table: T, given: Given): ValuesOf<T> {
    const values = Object.entries(table).map(([option, spec]) => [option, valueOf(spec, given.get(option) ?? [])]);
    // Each value is made by the entry of the table that its type is made from.
    return Object.fromEntries(values) as ValuesOf<T>;
}

function valueOf(
    spec: OptionSpec,
    texts: readonly string[],
): boolean | number | string | readonly string[] | undefined {
    const [text] = texts;
    switch (spec.type) {
        case "flag":
            return text !== undefined;
        case "count":
            return text === undefined ? undefined : Number(text);
        case "text":
            return isMultiple(spec) ? texts : (text ?? spec.default);
    }
}

function isMultiple(spec: OptionSpec): boolean {
    return spec.type === "text" && spec.multiple === true;
}

interface OptionToken {
    readonly name: string;
    readonly rawName: string;
    readonly value?: string;
    readonly inlineValue?: boolean;
}

/** The text given for an option, empty for a flag; undefined where it can't be taken, which becomes a fault. */
function checked(token: OptionToken, table: OptionTable, faults: string[]): string | undefined {
    const { name, rawName, value } = token;
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    const refuse = (fault: string): string | undefined => {
        faults.push(fault);
        return undefined;
    };
    if (spec === undefined) {
        const names = Object.keys(table).map((known) => `--${known}`);
        return refuse(`${rawName} is not an option${suggestion(rawName, names)}`);
    }
    if (spec.type === "flag") {
        return value === undefined ? "" : refuse(`${rawName} takes no value`);
    }
    if (value === undefined || value === "") {
        return refuse(`${rawName} needs a value: --${name} ${spec.value}`);
    }
    if (token.inlineValue !== true && /^-./.test(value)) {
        // The next option, most likely; whoever means it can say so.
        return refuse(
            `${rawName} needs a value: --${name} ${spec.value}; one like that is given as --${name}=${value}`,
        );
    }
    if (spec.type === "count") {
        return /^[1-9]\d{0,8}$/.test(value)
            ? value
            : refuse(`--${name} must be a whole number from 1 up, found "${value}"`);
    }
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
        const guess = suggestion(value, spec.choices);
        return refuse(`--${name} must be one of ${spec.choices.join(", ")}, found "${value}"${guess}`);
    }
    return value;
}

/** The options of a command as its help lists them. */
export function describeOptions(table: OptionTable): string {
    const all: OptionTable = { ...table, ...HELP };
    const rows = Object.entries(all).map(([name, spec]) => ({
        head: `${spec.short === undefined ? "    " : `-${spec.short}, `}--${name}${spec.type === "flag" ? "" : ` ${spec.value}`}`,
        text: [spec.description, ...notesOf(spec)].join("; "),
    }));
    const width = Math.max(...rows.map(({ head }) => head.length));
    return rows.map(({ head, text }) => `  ${head.padEnd(width)}  ${text}`).join("\n");
}

function notesOf(spec: OptionSpec): readonly string[] {
    if (spec.type !== "text") {
        return [];
    }
    return [
        ...(spec.choices === undefined ? [] : [`one of ${spec.choices.join(", ")}`]),
        ...(spec.multiple === true ? ["may be given several times"] : []),
        ...(spec.required === true ? ["needed"] : []),
        ...(spec.default === undefined ? [] : [`default ${spec.default}`]),
    ];
}
