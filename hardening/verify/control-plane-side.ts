import { createPrivateKey, X509Certificate } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { list, obj, str } from "../../policies/kubernetes/kube";
import { UsageError } from "../io";
import { ApiError } from "../sources/cluster/client";
import { readText, reasonOf } from "../sources/files";

/** A Secret as etcd holds it: by its key, and by what the API server has put before its value. */
export interface StoredSecret {
    /** `<namespace>/<name>`. */
    readonly name: string;
    /** The prefix of the transformer, such as `k8s:enc:kms:v2:`; empty where the value is stored as it is. */
    readonly transformer: string;
}

/** What is to be seen behind the API server, where somebody lets the tool look there. */
export interface ControlPlaneSide {
    /** Every Secret that is stored. Rejects with an ApiError where etcd does not answer. */
    readonly storedSecrets?: () => Promise<readonly StoredSecret[]>;
    /** Whether a line that was written to the audit log since this was made holds a text; waits for it for a while. */
    readonly audited?: (text: string) => Promise<boolean>;
}

/** Where etcd is, and by which files the API server signs in there. */
export interface EtcdOptions {
    readonly url: string;
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
}

/** https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#verifying-that-data-is-encrypted */
const PREFIX = "/registry/secrets/";
/** The key behind all that begin with the prefix. */
const PREFIX_END = "/registry/secrets0";
const TRANSFORMER = /^k8s:enc:[a-z]+:v\d+:/;
const PAGE = 100;
const TIMEOUT_MS = 30_000;

/** Reads etcd by the JSON form of its KV service: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */
export function etcdReader({ url, ca, cert, key }: EtcdOptions): () => Promise<readonly StoredSecret[]> {
    if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
        throw new UsageError(["--etcd must be an https address, such as https://127.0.0.1:2379"]);
    }
    const faults: string[] = [];
    const pem = (file: string, option: string, what: string, parse: (text: string) => unknown): string => {
        const text = readText(file, option);
        try {
            parse(text);
        } catch {
            faults.push(`${option} ${file}: holds no ${what} in PEM`);
        }
        return text;
    };
    const certificate = (text: string): X509Certificate => new X509Certificate(text);
    const material = {
        ca: pem(ca, "--etcd-ca", "certificate", certificate),
        cert: pem(cert, "--etcd-cert", "certificate", certificate),
        key: pem(key, "--etcd-key", "private key without a passphrase", createPrivateKey),
    };
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return async () => {
        const found: StoredSecret[] = [];
        for (let [from, more] = [PREFIX, true]; more;) {
            const page = obj(await ask(new URL("/v3/kv/range", url), material, from));
            const kvs = list(page["kvs"]).map(obj);
            found.push(...kvs.map(stored));
            // The first key behind the last one that was read.
            from = `${decoded(kvs.at(-1)?.["key"])}\0`;
            more = page["more"] === true && kvs.length > 0;
        }
        return found;
    };
}

function decoded(base64: unknown): string {
    return Buffer.from(str(base64), "base64").toString("latin1");
}

function stored({ key, value }: Readonly<Record<string, unknown>>): StoredSecret {
    return {
        name: decoded(key).slice(PREFIX.length),
        transformer: TRANSFORMER.exec(decoded(value))?.[0] ?? "",
    };
}

async function ask(url: URL, material: object, from: string): Promise<unknown> {
    const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");
    const body = JSON.stringify({ key: base64(from), range_end: base64(PREFIX_END), limit: PAGE });
    return new Promise((resolve, reject) => {
        const refused = (reason: string, status = 0): void => reject(new ApiError(`etcd ${reason}`, status));
        const sent = request(url, { ...material, method: "POST", timeout: TIMEOUT_MS }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", (error) => refused(error.message));
            response.on("end", () => {
                const { statusCode = 0 } = response;
                if (statusCode !== 200) {
                    refused(`answers with status ${statusCode}`, statusCode);
                    return;
                }
                try {
                    resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
                } catch {
                    refused("answers with what is no JSON");
                }
            });
        });
        sent.on("timeout", () => sent.destroy(new Error("did not answer in time")));
        sent.on("error", (error) => refused(error.message));
        sent.end(body);
    });
}

const PATIENCE_MS = 15_000;
const STEP_MS = 250;
/** Of a log that grows faster than this within one step, the end is looked at. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Looks for what arrives in the API server's audit log from now on. */
export function auditLogReader(file: string, patienceMs = PATIENCE_MS): (text: string) => Promise<boolean> {
    const start = sizeOf(file);
    return async (text) => {
        for (const deadline = Date.now() + patienceMs; ;) {
            if (written(file, start).includes(text)) {
                return true;
            }
            if (Date.now() > deadline) {
                return false;
            }
            await sleep(STEP_MS);
        }
    };
}

function sizeOf(file: string): number {
    const descriptor = opened(file);
    try {
        const found = fstatSync(descriptor);
        if (!found.isFile()) {
            throw new UsageError([`--audit-log ${file}: is no file`]);
        }
        return found.size;
    } finally {
        closeSync(descriptor);
    }
}

/** What was added to a file; all of it where it has been begun anew since. */
function written(file: string, start: number): Buffer {
    const descriptor = opened(file);
    try {
        const { size } = fstatSync(descriptor);
        const from = Math.max(size < start ? 0 : start, size - MOST_BYTES);
        const bytes = Buffer.alloc(size - from);
        readSync(descriptor, bytes, 0, bytes.length, from);
        return bytes;
    } finally {
        closeSync(descriptor);
    }
}

function opened(file: string): number {
    try {
        return openSync(file, "r");
    } catch (error) {
        throw new UsageError([`--audit-log ${file}: ${reasonOf(error)}`]);
    }
}
