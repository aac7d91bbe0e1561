import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

import type { JwtSvid } from "../jwtsvid.js";
import { replaceFiles } from "../save.js";
import { isAborted } from "../workload/abort.js";
import { BundleSource } from "../workload/bundlesource.js";
import { WorkloadApiClient } from "../workload/client.js";
import { pickFirst, pickHint, pickJwtHint } from "../workload/sourceoptions.js";
import { X509Source } from "../workload/x509source.js";
import { filesOf } from "./files.js";
import type { Settings, TokenFile } from "./settings.js";

/** Longest wait before a token that could not be renewed is tried again, in milliseconds. */
const MAX_RETRY_MS = 30_000;

/** Identity, tokens and bundles, and the files that hold them. */
export class Keeper {
    private readonly tokens = new Map<string, JwtSvid>();
    private writing: Promise<void> = Promise.resolve();
    private latest: Error | undefined;
    /** Revisions of identity and JWT bundles that the files are of. */
    private written = "";

    private constructor(
        private readonly settings: Settings,
        private readonly client: WorkloadApiClient,
        private readonly identity: X509Source,
        private readonly jwt: BundleSource | undefined,
    ) {}

    /**
     * Fetches all that is asked for and writes it once.
     *
     * @throws {SpiffeError} when something of it doesn't come in time; the reason of `signal` once that is aborted; errors of node:fs
     */
    static async start(settings: Settings, signal: AbortSignal): Promise<Keeper> {
        const { address, hint, timeoutMs, files } = settings;
        const client = new WorkloadApiClient({ ...(address === undefined ? {} : { address }), timeoutMs });
        let identity: X509Source | undefined;
        let jwt: BundleSource | undefined;
        try {
            const picker = hint === undefined ? pickFirst : pickHint(hint);
            identity = await X509Source.start({ client, startTimeoutMs: timeoutMs, signal, picker });
            if (files.jwtBundle !== undefined) {
                jwt = await BundleSource.start({ client, startTimeoutMs: timeoutMs, signal, kinds: ["jwt"] });
            }
            const keeper = new Keeper(settings, client, identity, jwt);
            for (const file of files.tokens) {
                keeper.tokens.set(file.name, await keeper.fetch(file, signal));
            }
            await keeper.write();
            return keeper;
        } catch (error) {
            identity?.close();
            jwt?.close();
            client.close();
            throw error;
        }
    }

    /** The ID that the files are of. */
    get id(): string {
        return this.identity.snapshot().svid.id.toString();
    }

    /** Whether the files are complete, and of what is valid still. */
    get ready(): boolean {
        const now = new Date();
        return (
            this.latest === undefined &&
            this.identity.healthy() &&
            this.jwt?.healthy() !== false &&
            [...this.tokens.values()].every(({ expiry }) => expiry > now)
        );
    }

    /**
     * Keeps the files up to date until `signal` is aborted.
     *
     * @param changed called after each new version
     * @param log hears of what fails meanwhile: the files stay as they were
     */
    async keep(signal: AbortSignal, changed: () => Promise<void>, log: (line: string) => void): Promise<void> {
        const renew = (): void => {
            // One version after another, however they come.
            this.writing = this.writing.then(async () => {
                try {
                    await this.write();
                    this.latest = undefined;
                    await changed();
                } catch (error) {
                    this.latest = error instanceof Error ? error : new Error(String(error));
                    log(`the files could not be written: ${this.latest.message}`);
                }
            });
        };
        this.identity.on("update", renew);
        this.jwt?.on("update", renew);
        this.identity.on("withdrawn", (error) => log(`the identity was withdrawn; its files stay: ${error.message}`));
        this.identity.on("interrupted", (error) => log(`the Workload API: ${error.message}`));
        if (this.revisions() !== this.written) {
            // Something came before anybody listened.
            renew();
        }
        await Promise.all([
            signal.aborted ? undefined : once(signal, "abort"),
            ...this.settings.files.tokens.map((file) => this.renewToken(file, signal, renew, log)),
        ]);
        await this.writing;
    }

    close(): void {
        this.identity.close();
        this.jwt?.close();
        this.client.close();
    }

    /** Renews a token once half of its life is over, as SPIRE's agent does. */
    private async renewToken(
        file: TokenFile,
        signal: AbortSignal,
        renew: () => void,
        log: (line: string) => void,
    ): Promise<void> {
        const left = (): number =>
            Math.max(1_000, ((this.tokens.get(file.name)?.expiry.getTime() ?? 0) - Date.now()) / 2);
        let wait = left();
        while (!isAborted(signal)) {
            await delay(Math.min(wait, 2 ** 31 - 1), undefined, { signal }).catch(() => {});
            if (isAborted(signal)) {
                return;
            }
            try {
                this.tokens.set(file.name, await this.fetch(file, signal));
                renew();
                wait = left();
            } catch (error) {
                log(`the JWT-SVID for ${file.audience[0]}: ${error instanceof Error ? error.message : String(error)}`);
                wait = Math.min(left(), MAX_RETRY_MS);
            }
        }
    }

    private async fetch({ audience }: TokenFile, signal: AbortSignal): Promise<JwtSvid> {
        const { hint } = this.settings;
        const options = { signal };
        if (hint === undefined) {
            return this.client.fetchJwtSvid({ audience, spiffeId: this.identity.snapshot().svid.id }, options);
        }
        const svids = await this.client.fetchJwtSvids({ audience }, options);
        const picked = pickJwtHint(hint)(svids);
        return picked ?? this.client.fetchJwtSvid({ audience, spiffeId: this.identity.snapshot().svid.id }, options);
    }

    private revisions(): string {
        return `${this.identity.snapshot().revision} ${this.jwt?.snapshot().revision}`;
    }

    private async write(): Promise<void> {
        const { files } = this.settings;
        this.written = this.revisions();
        const material = {
            snapshot: this.identity.snapshot(),
            tokens: this.tokens,
            jwtBundles: this.jwt?.snapshot().jwt,
        };
        await replaceFiles(files.folder, filesOf(material, files, new Date()));
    }
}
