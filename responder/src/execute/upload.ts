import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { sign } from "aws4";

import type { EvidenceStore } from "./evidence.js";
import { EvidenceError } from "./evidence.js";

const TIMEOUT_MS = 15_000;
/** A piece of this name is there already: its name is its hash, so that it is the same. */
const THERE_ALREADY = 412;

export interface UploadOptions {
    /** `https` address of a bucket or folder; each piece is PUT below it. */
    readonly url: URL;
    /** Region of an S3-compatible store. */
    readonly region: string;
    /**
     * Holds `access-key-id` and `secret-access-key`, and `ca.crt` where the store's certificate is of an authority that only its users
     * know; as a Secret is mounted. Read for each piece, so that they may be renewed.
     */
    readonly credentials: string;
}

/**
 * Keeps each piece of evidence in the pod's own directory, and beside that in a store that outlives the pod: an S3-compatible one, by
 * `PUT` signed with AWS Signature Version 4. `If-None-Match: *` has it refuse to replace what is there.
 */
export class EvidenceUpload implements EvidenceStore {
    constructor(
        private readonly local: EvidenceStore,
        private readonly options: UploadOptions,
    ) {}

    /** @throws {EvidenceError} when either of both doesn't take it; what the directory has taken stays there, and is sent with the next try */
    async put(content: string): Promise<string> {
        const name = await this.local.put(content);
        await this.send(name, content);
        return name;
    }

    /** The store's own life cycle deletes what is there: the credentials needn't allow it. */
    expire(before: number): Promise<void> {
        return this.local.expire(before);
    }

    private async send(name: string, content: string): Promise<void> {
        const { url, region, credentials } = this.options;
        const hash = name.slice("sha256:".length);
        try {
            const [accessKeyId, secretAccessKey, ca] = await Promise.all([
                secret(credentials, "access-key-id"),
                secret(credentials, "secret-access-key"),
                secret(credentials, "ca.crt").catch(absent),
            ]);
            const signed = sign(
                {
                    service: "s3",
                    region,
                    host: url.host,
                    method: "PUT",
                    path: `${url.pathname.replace(/\/$/, "")}/${hash}.json`,
                    headers: {
                        "content-type": "application/json",
                        "content-length": Buffer.byteLength(content),
                        "if-none-match": "*",
                        "x-amz-content-sha256": hash,
                    },
                    body: content,
                },
                { accessKeyId, secretAccessKey },
            );
            const { status, answer } = await put(url, { ...signed, ...(ca !== undefined && { ca }) }, content);
            if ((status < 200 || status > 299) && status !== THERE_ALREADY) {
                // The code of S3's error document; the rest of it may name keys.
                const code = /<Code>([A-Za-z]{1,64})<\/Code>/.exec(answer)?.[1];
                throw new Error(`HTTP status ${status}${code === undefined ? "" : ` (${code})`}`);
            }
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            throw new EvidenceError(`${url.host} didn't take the evidence: ${message}`, { cause: error });
        }
    }
}

async function secret(directory: string, name: string): Promise<string> {
    return (await readFile(join(directory, name), "utf8")).trim();
}

/** There need be no such file; one that can't be read is a fault, which the store's certificate would hide. */
function absent(error: NodeJS.ErrnoException): undefined {
    if (error.code !== "ENOENT") {
        throw error;
    }
}

async function put(
    url: URL,
    { path, headers, ca }: { readonly path?: string; readonly headers?: object; readonly ca?: string },
    content: string,
): Promise<{ readonly status: number; readonly answer: string }> {
    const agent = new Agent({ keepAlive: false, minVersion: "TLSv1.3", ...(ca !== undefined && { ca }) });
    const options = {
        method: "PUT",
        path,
        headers: { ...headers },
        agent,
        signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    return new Promise((resolve, reject) => {
        request(url, options, (response) => {
            text(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
        })
            .on("error", reject)
            .end(content);
    });
}
