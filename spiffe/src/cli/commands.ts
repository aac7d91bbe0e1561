import { readFile } from "node:fs/promises";
import type { Server } from "node:http";

import { X509BundleSet, X509Bundle } from "../bundle.js";
import { SpiffeError } from "../errors.js";
import { SpiffeId, TrustDomain } from "../id.js";
import { pemBlocks } from "../pem.js";
import { verifyX509Svid } from "../verify.js";
import { WorkloadApiClient } from "../workload/client.js";
import { serveHealth } from "./health.js";
import { Keeper } from "./keeper.js";
import { Reader } from "./reader.js";
import { parseOptions, UsageError } from "./options.js";
import { loadSettings } from "./settings.js";

/** Where a command writes to. */
export interface Output {
    /** A line of result. */
    readonly say: (line: string) => void;
    /** A line about what goes on. */
    readonly log: (line: string) => void;
}

/** A command: what it takes, and what it does until `signal` is aborted. */
export interface Command {
    readonly synopsis: string;
    readonly summary: string;
    run(args: readonly string[], output: Output, signal: AbortSignal): Promise<void>;
}

/** The commands by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
    fetch: {
        synopsis: "--to FOLDER [OPTIONS]",
        summary: "write the SVID, its key, its bundle and tokens to files once",
        async run(args, { say }, signal) {
            const settings = await loadSettings(args, false);
            const keeper = await Keeper.start(settings, signal);
            say(`${keeper.id} in ${settings.files.folder}`);
            keeper.close();
        },
    },
    watch: {
        synopsis: "--to FOLDER [OPTIONS] [-- COMMAND ARGUMENTS…]",
        summary: "the same, kept up to date; start and signal whoever reads the files",
        async run(args, { log }, signal) {
            const settings = await loadSettings(args, true);
            const keeper = await Keeper.start(settings, signal);
            const reader = new Reader(settings, log);
            let health: Server | undefined;
            try {
                if (settings.health !== undefined) {
                    health = await serveHealth(settings.health, () => keeper.ready);
                }
                log(`${keeper.id} in ${settings.files.folder}`);
                await reader.notify();
                await keeper.keep(
                    signal,
                    async () => {
                        log(`${keeper.id} in ${settings.files.folder}, renewed`);
                        await reader.notify();
                    },
                    log,
                );
            } finally {
                keeper.close();
                health?.close();
                await reader.stop();
            }
        },
    },
    jwt: {
        synopsis: "--audience AUDIENCE… [--id SPIFFE-ID] [--address ADDRESS]",
        summary: "print a JWT-SVID: it is a secret",
        async run(args, { say }, signal) {
            const { values } = parseOptions(args, {
                audience: { type: "string", multiple: true },
                id: { type: "string" },
                address: { type: "string" },
            });
            const [first, ...others] = values.audience ?? [];
            if (first === undefined) {
                throw new UsageError(["--audience must name whom the token is for"]);
            }
            const client = new WorkloadApiClient(values.address === undefined ? {} : { address: values.address });
            try {
                const spiffeId = values.id === undefined ? {} : { spiffeId: SpiffeId.parse(values.id) };
                say((await client.fetchJwtSvid({ audience: [first, ...others], ...spiffeId }, { signal })).marshal());
            } finally {
                client.close();
            }
        },
    },
    verify: {
        synopsis: "--bundle FILE --trust-domain NAME [--strict] CHAIN",
        summary: "verify a chain of PEM certificates as an X.509-SVID by a bundle",
        async run(args, { say }) {
            const { values, positionals } = parseOptions(
                args,
                { bundle: { type: "string" }, "trust-domain": { type: "string" }, strict: { type: "boolean" } },
                true,
            );
            const [file, ...more] = positionals;
            const { bundle, "trust-domain": name, strict } = values;
            if (bundle === undefined || name === undefined || file === undefined || more.length > 0) {
                throw new UsageError(["verify takes --bundle, --trust-domain and one file with a chain"]);
            }
            const trustDomain = TrustDomain.parse(name);
            const trusted = await readWith(bundle, (pem) => X509Bundle.parsePem(trustDomain, pem));
            const { id, chain } = await readWith(file, (pem) =>
                verifyX509Svid(pemBlocks(pem, "CERTIFICATE"), new X509BundleSet([trusted]), {
                    strict: strict === true,
                }),
            );
            say(id.toString());
            for (const { subject, validToDate } of chain) {
                say(`  ${subject.replaceAll("\n", ", ") || "(no subject)"}, until ${validToDate.toISOString()}`);
            }
        },
    },
};

/** What `read` makes of a file. @throws {SpiffeError} with the file's name; errors of node:fs, which have it */
async function readWith<T>(file: string, read: (text: string) => T): Promise<T> {
    const text = await readFile(file, "utf8");
    try {
        return read(text);
    } catch (error) {
        throw error instanceof SpiffeError
            ? new SpiffeError(error.code, `${file}: ${error.message}`, { cause: error })
            : error;
    }
}
