import { parseArgs } from "node:util";
import { constants } from "node:os";

import { SpiffeError } from "../errors.js";

/** A token to be written to a file. */
export interface TokenFile {
    readonly audience: readonly [string, ...string[]];
    readonly name: string;
}

/** Which files hold what, and how. */
export interface FileSettings {
    readonly folder: string;
    readonly certificates: string;
    readonly key: string;
    readonly bundle: string;
    readonly jwtBundle: string | undefined;
    readonly tokens: readonly TokenFile[];
    /** The authorities of federated trust domains go into the bundle file as well. */
    readonly federated: boolean;
    /** Intermediates go into the bundle file, not behind the SVID. */
    readonly intermediatesInBundle: boolean;
    readonly omitExpired: boolean;
    readonly certificateMode: number;
    readonly keyMode: number;
    readonly tokenMode: number;
}

/** What the command is to do. */
export interface Settings {
    readonly address: string | undefined;
    readonly hint: string | undefined;
    readonly timeoutMs: number;
    readonly files: FileSettings;
    /** For whoever reads the files: a command to run and to signal, a process to signal. */
    readonly signal: NodeJS.Signals;
    readonly pidFile: string | undefined;
    readonly command: readonly string[];
    readonly health: { readonly host: string; readonly port: number } | undefined;
}

const OPTIONS = {
    address: { type: "string" },
    hint: { type: "string" },
    timeout: { type: "string", default: "30" },
    to: { type: "string" },
    certificates: { type: "string", default: "svid.pem" },
    key: { type: "string", default: "svid_key.pem" },
    bundle: { type: "string", default: "bundle.pem" },
    "jwt-bundle": { type: "string" },
    jwt: { type: "string", multiple: true, default: [] as string[] },
    federated: { type: "boolean", default: false },
    "intermediates-in-bundle": { type: "boolean", default: false },
    "omit-expired": { type: "boolean", default: false },
    "certificate-mode": { type: "string", default: "0644" },
    "key-mode": { type: "string", default: "0600" },
    "jwt-mode": { type: "string", default: "0600" },
    signal: { type: "string", default: "SIGHUP" },
    "pid-file": { type: "string" },
    health: { type: "string" },
} as const;

/** Options that make sense only where files are kept up to date. */
const WATCH_ONLY = ["signal", "pid-file", "health"];

/** A call that can't be understood. Code: `usage`. The message has all its faults. */
export class UsageError extends SpiffeError {
    constructor(faults: readonly string[]) {
        super("usage", faults.join("\n"));
    }
}

/**
 * Reads the arguments of `fetch` and `watch`.
 *
 * @throws {UsageError} with all faults at once
 */
export function readSettings(args: readonly string[], watch: boolean): Settings {
    const end = args.indexOf("--");
    const command = end < 0 ? [] : args.slice(end + 1);
    const { values } = parseOptions(end < 0 ? args : args.slice(0, end), OPTIONS);
    const faults: string[] = [];
    const names = new Map<string, string>();
    const name = (option: string, text: string): string => {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) {
            faults.push(
                `--${option} must name a file by letters, digits, dots, dashes and underscores, without a folder`,
            );
        } else if (names.has(text)) {
            faults.push(`--${option} and --${names.get(text)} name the same file`);
        }
        names.set(text, option);
        return text;
    };
    if (values.to === undefined) {
        faults.push("--to must name the folder to write to");
    }
    if (!watch) {
        const given = args.flatMap((arg) => WATCH_ONLY.filter((option) => arg.split("=")[0] === `--${option}`));
        faults.push(...given.map((option) => `--${option} goes with watch only`));
        if (command.length > 0) {
            faults.push("a command after -- goes with watch only");
        }
    }
    const settings = {
        address: values.address,
        hint: values.hint,
        timeoutMs: readSeconds(values.timeout, faults),
        files: {
            folder: values.to ?? "",
            certificates: name("certificates", values.certificates),
            key: name("key", values.key),
            bundle: name("bundle", values.bundle),
            jwtBundle: values["jwt-bundle"] === undefined ? undefined : name("jwt-bundle", values["jwt-bundle"]),
            tokens: values.jwt.flatMap((text) => readToken(text, name, faults)),
            federated: values.federated,
            intermediatesInBundle: values["intermediates-in-bundle"],
            omitExpired: values["omit-expired"],
            certificateMode: readMode("certificate-mode", values["certificate-mode"], 0o666, faults),
            keyMode: readMode("key-mode", values["key-mode"], 0o660, faults),
            tokenMode: readMode("jwt-mode", values["jwt-mode"], 0o660, faults),
        },
        signal: readSignal(values.signal, faults),
        pidFile: values["pid-file"],
        command,
        health: values.health === undefined ? undefined : readHealth(values.health, faults),
    };
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return settings;
}

/** Reads the arguments of any command. @throws {UsageError} */
export function parseOptions<const O extends NonNullable<Parameters<typeof parseArgs>[0]>["options"]>(
    args: readonly string[],
    options: O,
    allowPositionals = false,
) {
    try {
        return parseArgs({ args: [...args], options, strict: true, allowPositionals });
    } catch (error) {
        throw new UsageError([error instanceof Error ? error.message : String(error)]);
    }
}

function readSeconds(text: string, faults: string[]): number {
    const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (seconds === 0) {
        faults.push("--timeout must be a whole number of seconds from 1 on");
    }
    return seconds * 1000;
}

/** @param allowed bits that may be set: nobody but owner and group may ever read a key */
function readMode(option: string, text: string, allowed: number, faults: string[]): number {
    const mode = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : 0;
    if (mode === 0 || (mode & ~allowed) !== 0) {
        faults.push(
            `--${option} must be an octal mode such as 0${(allowed & 0o644).toString(8)}, of bits in 0${allowed.toString(8)}`,
        );
    }
    return mode;
}

function readToken(
    text: string,
    name: (option: string, text: string) => string,
    faults: string[],
): readonly TokenFile[] {
    const at = text.lastIndexOf("=");
    const [first, ...others] = text.slice(0, Math.max(at, 0)).split(",");
    if (first === undefined || [first, ...others].includes("")) {
        faults.push("--jwt must be AUDIENCE[,AUDIENCE…]=FILE");
        return [];
    }
    return [{ audience: [first, ...others], name: name("jwt", text.slice(at + 1)) }];
}

function readSignal(text: string, faults: string[]): NodeJS.Signals {
    const known = Object.keys(constants.signals) as NodeJS.Signals[];
    const signal = known.find((name) => name === text || name === `SIG${text}`);
    if (signal === undefined || signal === "SIGKILL" || signal === "SIGSTOP") {
        faults.push("--signal must be a signal that a program can handle, such as SIGHUP");
    }
    return signal ?? "SIGHUP";
}

function readHealth(text: string, faults: string[]): { host: string; port: number } {
    const at = text.lastIndexOf(":");
    const [host, port] = [at < 0 ? "127.0.0.1" : text.slice(0, at).replace(/^\[|\]$/g, ""), text.slice(at + 1)];
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || host === "") {
        faults.push("--health must be PORT, for loopback only, or ADDRESS:PORT");
    }
    return { host, port: Number(port) };
}
