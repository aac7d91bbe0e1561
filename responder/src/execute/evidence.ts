import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Keeps evidence under its hash. */
export interface EvidenceStore {
    /** Stores what isn't there yet. @returns `sha256:` and the hash in hex, by which it is found again */
    put(content: string): Promise<string>;
    /** Deletes what is older. @param before milliseconds since 1970 */
    expire(before: number): Promise<void>;
}

/** The store is full, or isn't there. */
export class EvidenceError extends Error {
    constructor(message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = "EvidenceError";
    }
}

/** The name of some evidence. */
export function evidenceName(content: string): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** A directory with one file a piece, readable by the responder only. Nothing in it is ever overwritten. */
export class EvidenceDirectory implements EvidenceStore {
    /** @param limitBytes above this nothing more is stored: evidence of an attacker's making must not fill the node's disk */
    constructor(
        private readonly directory: string,
        private readonly limitBytes: number,
    ) {}

    async put(content: string): Promise<string> {
        const name = evidenceName(content);
        const file = join(this.directory, `${name.slice("sha256:".length)}.json`);
        try {
            await mkdir(this.directory, { recursive: true, mode: 0o700 });
            if (await exists(file)) {
                return name;
            }
            const size = Buffer.byteLength(content);
            if ((await sizeOf(this.directory)) + size > this.limitBytes) {
                throw new EvidenceError(`the evidence directory would hold more than ${this.limitBytes} bytes`);
            }
            const part = `${file}.part`;
            const handle = await open(part, "w", 0o600);
            try {
                await handle.writeFile(content);
                await handle.sync();
            } finally {
                await handle.close();
            }
            await rename(part, file);
            return name;
        } catch (error) {
            throw error instanceof EvidenceError
                ? error
                : new EvidenceError(`evidence could not be stored: ${error instanceof Error ? error.message : "?"}`, {
                      cause: error,
                  });
        }
    }

    async expire(before: number): Promise<void> {
        for (const name of await readdir(this.directory).catch(() => [])) {
            const file = join(this.directory, name);
            if ((await stat(file)).mtimeMs < before) {
                await unlink(file);
            }
        }
    }
}

async function exists(file: string): Promise<boolean> {
    return stat(file).then(
        () => true,
        () => false,
    );
}

async function sizeOf(directory: string): Promise<number> {
    const sizes = await Promise.all(
        (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
}
