import { parseArgs } from "node:util";

import { SpiffeError } from "../errors.js";

/**
 * The options of `fetch` and `watch`, which a configuration file may have as well. There a `number` may be one, in place of its text; an
 * `octal` may not: YAML reads 0644 as six hundred and forty-four.
 */
export const OPTIONS = {
    address: { type: "string" },
    hint: { type: "string" },
    timeout: { type: "string", form: "number" },
    to: { type: "string" },
    certificates: { type: "string" },
    key: { type: "string" },
    bundle: { type: "string" },
    "jwt-bundle": { type: "string" },
    jwt: { type: "string", multiple: true },
    federated: { type: "boolean" },
    "intermediates-in-bundle": { type: "boolean" },
    "omit-expired": { type: "boolean" },
    "certificate-mode": { type: "string", form: "octal" },
    "key-mode": { type: "string", form: "octal" },
    "jwt-mode": { type: "string", form: "octal" },
    signal: { type: "string" },
    "pid-file": { type: "string" },
    health: { type: "string", form: "number" },
} as const;

type Options = typeof OPTIONS;

type Of<Kind> = { [O in keyof Options]: Options[O] extends Kind ? O : never }[keyof Options];

/** Options that may be given several times, as text. */
type ListOption = Of<{ multiple: true }>;

/** Options that are given once, as text. */
export type TextOption = Exclude<Of<{ type: "string" }>, ListOption>;

/** Options that are on or off. */
export type SwitchOption = Of<{ type: "boolean" }>;

/** What was given, wherever, of the options. */
export type Given = Partial<
    Record<TextOption, string> & Record<SwitchOption, boolean> & Record<ListOption, readonly string[]>
>;

/** An option as the table has it. */
export interface Option {
    readonly type: "string" | "boolean";
    readonly multiple?: true;
    readonly form?: "number" | "octal";
}

/** A call that can't be understood. Code: `usage`. The message has all its faults. */
export class UsageError extends SpiffeError {
    constructor(faults: readonly string[], options?: ErrorOptions) {
        super("usage", faults.join("\n"), options);
    }
}

/** Reads the arguments of any command; `--no-` turns off what is on or off. @throws {UsageError} */
export function parseOptions<const O extends NonNullable<Parameters<typeof parseArgs>[0]>["options"]>(
    args: readonly string[],
    options: O,
    allowPositionals = false,
) {
    try {
        return parseArgs({ args: [...args], options, strict: true, allowPositionals, allowNegative: true });
    } catch (error) {
        throw new UsageError([error instanceof Error ? error.message : String(error)]);
    }
}
