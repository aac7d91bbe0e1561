import { parseArgs } from "node:util";

import { SpiffeError } from "../errors.js";

/** The options of `fetch` and `watch`, which a configuration file may have as well. */
export const OPTIONS = {
    address: { type: "string" },
    hint: { type: "string" },
    timeout: { type: "string" },
    to: { type: "string" },
    certificates: { type: "string" },
    key: { type: "string" },
    bundle: { type: "string" },
    "jwt-bundle": { type: "string" },
    jwt: { type: "string", multiple: true },
    federated: { type: "boolean" },
    "intermediates-in-bundle": { type: "boolean" },
    "omit-expired": { type: "boolean" },
    "certificate-mode": { type: "string" },
    "key-mode": { type: "string" },
    "jwt-mode": { type: "string" },
    signal: { type: "string" },
    "pid-file": { type: "string" },
    health: { type: "string" },
} as const;

type Options = typeof OPTIONS;

/** Options that are given once, as text. */
export type TextOption = Exclude<
    { [O in keyof Options]: Options[O] extends { type: "string" } ? O : never }[keyof Options],
    "jwt"
>;

/** Options that are on or off. */
export type SwitchOption = { [O in keyof Options]: Options[O] extends { type: "boolean" } ? O : never }[keyof Options];

/** What was given, wherever, of the options. */
export type Given = Partial<Record<TextOption, string> & Record<SwitchOption, boolean> & { jwt: readonly string[] }>;

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
