import { constants } from "node:os";

import type { Config } from "./config.js";
import { readConfig } from "./config.js";
import type { SwitchOption, TextOption } from "./options.js";
import { OPTIONS, parseOptions, UsageError } from "./options.js";

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

/** Options that make sense only where files are kept up to date. */
const WATCH_ONLY = ["signal", "pid-file", "health"] as const;

/** Reads the arguments of `fetch` and `watch`, and the configuration file if they name one. @throws {UsageError} with all faults at once */
export async function loadSettings(args: readonly string[], watch: boolean): Promise<Settings> {
    const { config } = readFlags(args).flags;
    return readSettings(args, watch, config === undefined ? undefined : await readConfig(config));
}

/**
 * Reads the arguments of `fetch` and `watch`.
 *
 * @param config what arguments don't say
 * @throws {UsageError} with all faults at once
 */
export function readSettings(args: readonly string[], watch: boolean, config?: Config): Settings {
    const { flags, command: called } = readFlags(args);
    const command = called ?? config?.command ?? [];
    const faults = [...(config?.faults ?? [])];
    const text = (option: TextOption): string | undefined => flags[option] ?? config?.given[option];
    const on = (option: SwitchOption): boolean => flags[option] ?? config?.given[option] ?? false;
    /** Where an option was given. */
    const place = (option: keyof typeof OPTIONS): string =>
        flags[option] === undefined && config?.given[option] !== undefined
            ? `${config.file}: ${option}`
            : `--${option}`;
    const names = new Map<string, string>();
    const name = (where: string, text: string): string => {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) {
            faults.push(`${where} must name a file by letters, digits, dots, dashes and underscores, without a folder`);
        } else if (names.has(text)) {
            faults.push(`${where} and ${names.get(text)} name the same file`);
        }
        names.set(text, where);
        return text;
    };
    const to = text("to") ?? "";
    // One of another kind has been told already.
    if (to === "" && (text("to") !== undefined || !Object.hasOwn(config?.given ?? {}, "to"))) {
        faults.push(`--to${config === undefined ? "" : `, or to in ${config.file},`} must name the folder to write to`);
    }
    if (!watch) {
        const given = WATCH_ONLY.filter((option) => text(option) !== undefined);
        faults.push(...given.map((option) => `${place(option)} goes with watch only`));
        if (command.length > 0) {
            faults.push(
                `${called === undefined ? `${config?.file}: command` : "a command after --"} goes with watch only`,
            );
        }
    }
    const mode = (option: TextOption, byDefault: string, allowed: number): number =>
        readMode(place(option), text(option) ?? byDefault, allowed, faults);
    const jwtBundle = text("jwt-bundle");
    const health = text("health");
    const settings = {
        address: text("address"),
        hint: text("hint"),
        timeoutMs: readSeconds(place("timeout"), text("timeout") ?? "30", faults),
        files: {
            folder: to,
            certificates: name(place("certificates"), text("certificates") ?? "svid.pem"),
            key: name(place("key"), text("key") ?? "svid_key.pem"),
            bundle: name(place("bundle"), text("bundle") ?? "bundle.pem"),
            jwtBundle: jwtBundle === undefined ? undefined : name(place("jwt-bundle"), jwtBundle),
            tokens: (flags.jwt ?? config?.given.jwt ?? []).flatMap((text, index) =>
                readToken(flags.jwt === undefined ? `${place("jwt")}[${index}]` : "--jwt", text, name, faults),
            ),
            federated: on("federated"),
            intermediatesInBundle: on("intermediates-in-bundle"),
            omitExpired: on("omit-expired"),
            certificateMode: mode("certificate-mode", "0644", 0o666),
            keyMode: mode("key-mode", "0600", 0o660),
            tokenMode: mode("jwt-mode", "0600", 0o660),
        },
        signal: readSignal(place("signal"), text("signal") ?? "SIGHUP", faults),
        pidFile: text("pid-file"),
        command,
        health: health === undefined ? undefined : readHealth(place("health"), health, faults),
    };
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return settings;
}

/** The options among arguments, and the command behind `--`. @throws {UsageError} */
function readFlags(args: readonly string[]) {
    const end = args.indexOf("--");
    const options = { ...OPTIONS, config: { type: "string" } } as const;
    const { values: flags } = parseOptions(end < 0 ? args : args.slice(0, end), options);
    return { flags, command: end < 0 ? undefined : args.slice(end + 1) };
}

function readSeconds(where: string, text: string, faults: string[]): number {
    const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (seconds === 0) {
        faults.push(`${where} must be a whole number of seconds from 1 on`);
    }
    return seconds * 1000;
}

/** @param allowed bits that may be set: nobody but owner and group may ever read a key */
function readMode(where: string, text: string, allowed: number, faults: string[]): number {
    const mode = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : 0;
    if (mode === 0 || (mode & ~allowed) !== 0) {
        faults.push(
            `${where} must be an octal mode such as 0${(allowed & 0o644).toString(8)}, of bits in 0${allowed.toString(8)}`,
        );
    }
    return mode;
}

function readToken(
    where: string,
    text: string,
    name: (where: string, text: string) => string,
    faults: string[],
): readonly TokenFile[] {
    const at = text.lastIndexOf("=");
    const [first, ...others] = text.slice(0, Math.max(at, 0)).split(",");
    if (first === undefined || [first, ...others].includes("")) {
        faults.push(`${where} must be AUDIENCE[,AUDIENCE…]=FILE`);
        return [];
    }
    return [{ audience: [first, ...others], name: name(where, text.slice(at + 1)) }];
}

function readSignal(where: string, text: string, faults: string[]): NodeJS.Signals {
    const known = Object.keys(constants.signals) as NodeJS.Signals[];
    const signal = known.find((name) => name === text || name === `SIG${text}`);
    if (signal === undefined || signal === "SIGKILL" || signal === "SIGSTOP") {
        faults.push(`${where} must be a signal that a program can handle, such as SIGHUP`);
    }
    return signal ?? "SIGHUP";
}

function readHealth(where: string, text: string, faults: string[]): { host: string; port: number } {
    const at = text.lastIndexOf(":");
    const [host, port] = [at < 0 ? "127.0.0.1" : text.slice(0, at).replace(/^\[|\]$/g, ""), text.slice(at + 1)];
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || host === "") {
        faults.push(`${where} must be PORT, for loopback only, or ADDRESS:PORT`);
    }
    return { host, port: Number(port) };
}
