import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";

import { KubeConfig } from "@kubernetes/client-node";

import type { Json } from "../model.js";
import type {
    KindName,
    KubernetesApi,
    KubernetesObject,
    MetadataChange,
    MetadataList,
    ObjectMeta,
    ObjectRef,
    WatchOptions,
    Where,
} from "./objects.js";
import { ApiError, isApiError, KINDS } from "./objects.js";

const TIMEOUT_MS = 15_000;
/** Longest answer that is read; a page of pods is far below it. */
const MAX_ANSWER = 64 * 1_048_576;
/** Objects a page. */
const PAGE = 500;
/** How long after its end a watch is given up that the server hasn't ended, in seconds: the connection is dead. */
const WATCH_GRACE_SECONDS = 15;
/** Has the API server leave out everything but the metadata. */
const METADATA = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const LOG_BYTES = 1_048_576;
const LOG_LINES = 2_000;

type Query = Readonly<Record<string, string | undefined>>;

/**
 * The API server over its REST interface, in plain JSON: what it sends is kept as it is, fields that this program doesn't know included.
 * Where it is, and who we are there, comes from a kubeconfig or from the pod.
 */
export class KubernetesClient implements KubernetesApi {
    private readonly agents = new Map<string, Agent>();

    private constructor(private readonly config: KubeConfig) {}

    /** @param file a kubeconfig; without one, the service account of the pod this runs in */
    static async open(file?: string): Promise<KubernetesClient> {
        const config = new KubeConfig();
        if (file === undefined) {
            config.loadFromCluster();
        } else {
            config.loadFromString(await readFile(file, "utf8"));
        }
        return new KubernetesClient(config);
    }

    async get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        try {
            return await this.object("GET", pathOf(ref));
        } catch (error) {
            if (isApiError(error, "NotFound")) {
                return undefined;
            }
            throw error;
        }
    }

    async list(kind: KindName, where: Where = {}): Promise<readonly KubernetesObject[]> {
        const { apiVersion } = KINDS[kind];
        const { items } = await this.pages(collectionOf(kind, where.namespace), {
            labelSelector: where.labels,
            fieldSelector: where.fields,
        });
        // Items of a list don't repeat what the list says of all of them.
        return (items as readonly KubernetesObject[]).map((item) => ({ ...item, apiVersion, kind }));
    }

    async listMetadata(kind: KindName, namespace?: string): Promise<MetadataList> {
        const { items, resourceVersion } = await this.pages(collectionOf(kind, namespace), {}, METADATA_LIST);
        const holders = items as readonly { readonly metadata: ObjectMeta }[];
        return { resourceVersion, items: holders.map(({ metadata }) => metadata) };
    }

    async *watchMetadata(
        kind: KindName,
        namespace: string,
        { resourceVersion, seconds, signal }: WatchOptions,
    ): AsyncIterable<MetadataChange> {
        const query = {
            watch: "1",
            allowWatchBookmarks: "true",
            resourceVersion,
            timeoutSeconds: String(seconds),
        };
        const limit = AbortSignal.timeout((seconds + WATCH_GRACE_SECONDS) * 1_000);
        const path = collectionOf(kind, namespace);
        const { url, options } = await this.requestTo("GET", path, undefined, query, METADATA);
        const answer = await open(url, { ...options, signal: AbortSignal.any([signal, limit]) }, undefined);
        const status = answer.statusCode ?? 0;
        if (status !== 200) {
            throw failure(status, await textOf(answer), `WATCH ${path}`);
        }
        for await (const line of linesOf(answer)) {
            const { type, object } = JSON.parse(line) as {
                readonly type: string;
                readonly object: { readonly metadata: ObjectMeta; readonly code?: number };
            };
            if (type === "ERROR") {
                throw failure(object.code ?? 0, JSON.stringify(object), `WATCH ${path}`);
            }
            if (type !== "BOOKMARK") {
                yield { deleted: type === "DELETED", metadata: object.metadata };
            }
        }
    }

    create(object: KubernetesObject): Promise<KubernetesObject> {
        return this.object("POST", collectionOf(object.kind as KindName, object.metadata.namespace), object);
    }

    patch(
        ref: ObjectRef,
        patch: { readonly [field: string]: Json | undefined },
        subresource?: string,
    ): Promise<KubernetesObject> {
        return this.object("PATCH", pathOf(ref, subresource), patch);
    }

    replace(object: KubernetesObject, subresource?: string): Promise<KubernetesObject> {
        const { name, namespace } = object.metadata;
        return this.object("PUT", pathOf({ kind: object.kind as KindName, name, namespace }, subresource), object);
    }

    async delete(
        ref: ObjectRef,
        { uid, gracePeriodSeconds }: { readonly uid?: string; readonly gracePeriodSeconds?: number },
    ): Promise<void> {
        try {
            await this.call("DELETE", pathOf(ref), {
                apiVersion: "v1",
                kind: "DeleteOptions",
                ...(uid !== undefined && { preconditions: { uid } }),
                ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
            });
        } catch (error) {
            // A conflict tells of another object of that name: ours is gone.
            if (!isApiError(error, "NotFound") && !(uid !== undefined && isApiError(error, "Conflict"))) {
                throw error;
            }
        }
    }

    async logs(ref: { readonly namespace: string; readonly pod: string; readonly container: string }): Promise<string> {
        const path = pathOf({ kind: "Pod", namespace: ref.namespace, name: ref.pod }, "log");
        const query = { container: ref.container, tailLines: String(LOG_LINES), limitBytes: String(LOG_BYTES) };
        return (await this.send("GET", path, undefined, query)).text;
    }

    /** Closes idle connections. */
    close(): void {
        this.agents.forEach((agent) => agent.destroy());
    }

    private async object(method: string, path: string, body?: object): Promise<KubernetesObject> {
        return (await this.call(method, path, body)) as KubernetesObject;
    }

    private async call(method: string, path: string, body?: object, query?: Query, as?: string): Promise<unknown> {
        const { text } = await this.send(method, path, body, query, as);
        return JSON.parse(text) as unknown;
    }

    /** Every page of a collection, which all are of one version. */
    private async pages(
        path: string,
        query: Query,
        as?: string,
    ): Promise<{ readonly items: readonly unknown[]; readonly resourceVersion: string }> {
        const items: unknown[] = [];
        for (let next: string | undefined; ;) {
            const page = await this.call("GET", path, undefined, { ...query, limit: String(PAGE), continue: next }, as);
            const { metadata, items: some } = page as {
                readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
                readonly items: readonly unknown[];
            };
            items.push(...some);
            next = metadata.continue;
            if (next === undefined || next === "") {
                return { items, resourceVersion: metadata.resourceVersion ?? "" };
            }
        }
    }

    private async send(
        method: string,
        path: string,
        body: object | undefined,
        query: Query = {},
        as?: string,
    ): Promise<{ readonly text: string }> {
        const content = body === undefined ? undefined : JSON.stringify(body);
        const { url, options } = await this.requestTo(method, path, content, query, as);
        const answer = await open(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, content);
        const status = answer.statusCode ?? 0;
        const text = await textOf(answer);
        if (status < 200 || status > 299) {
            throw failure(status, text, `${method} ${path}`);
        }
        return { text };
    }

    /** @param as parameters of the media type in which the answer is wanted */
    private async requestTo(
        method: string,
        path: string,
        content: string | undefined,
        query: Query,
        as?: string,
    ): Promise<{ readonly url: URL; readonly options: RequestOptions }> {
        const server = this.config.getCurrentCluster()?.server;
        if (server === undefined) {
            throw new ApiError("Unconfigured", 0, "the kubeconfig names no API server");
        }
        const url = new URL(`${server.replace(/\/$/, "")}${path}`);
        for (const [name, value] of Object.entries(query)) {
            if (value !== undefined) {
                url.searchParams.set(name, value);
            }
        }
        const options: RequestOptions = {
            method,
            headers: {
                accept: as === undefined ? "application/json" : `application/json;${as}, application/json`,
                ...(content !== undefined && {
                    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
                    // Node.js frames the body of a DELETE by neither length nor chunks (RFC 9112, 6.3): the server would take it for the next request,
                    // and not see the preconditions in it.
                    "content-length": Buffer.byteLength(content),
                }),
            },
        };
        // Reads a token that has been renewed, and takes what the kubeconfig says of certificates.
        await this.config.applyToHTTPSOptions(options);
        return { url, options: { ...options, agent: this.agentOf(options) } };
    }

    /** One agent that keeps connections for each set of credentials: the kubeconfig's own makes a new one each time. */
    private agentOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): Agent {
        const id = JSON.stringify([String(ca), String(cert), rejectUnauthorized, servername]);
        const agent =
            this.agents.get(id) ?? new Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized, servername });
        this.agents.set(id, agent);
        return agent;
    }
}

function collectionOf(kind: KindName, namespace: string | undefined): string {
    const { apiVersion, resource } = KINDS[kind];
    const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${group}${namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`}/${resource}`;
}

function pathOf({ kind, namespace, name }: ObjectRef, subresource?: string): string {
    const path = `${collectionOf(kind, KINDS[kind].namespaced ? namespace : undefined)}/${encodeURIComponent(name)}`;
    return subresource === undefined ? path : `${path}/${subresource}`;
}

async function open(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
    try {
        return await new Promise<IncomingMessage>((resolve, reject) => {
            request(url, options, resolve).on("error", reject).end(body);
        });
    } catch (error) {
        throw unreachable(error);
    }
}

async function textOf(answer: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
        for await (const part of answer as AsyncIterable<Buffer>) {
            size += part.length;
            if (size > MAX_ANSWER) {
                throw new Error(`the answer is longer than ${MAX_ANSWER} bytes`);
            }
            parts.push(part);
        }
    } catch (error) {
        throw unreachable(error);
    }
    return Buffer.concat(parts).toString("utf8");
}

/** The lines of an answer as they come. */
async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
    let rest = "";
    try {
        for await (const part of answer.setEncoding("utf8") as AsyncIterable<string>) {
            const lines = `${rest}${part}`.split("\n");
            rest = lines.pop() ?? "";
            if (rest.length > MAX_ANSWER) {
                throw new Error(`a line is longer than ${MAX_ANSWER} characters`);
            }
            yield* lines;
        }
    } catch (error) {
        throw unreachable(error);
    }
}

function unreachable(error: unknown): ApiError {
    const message = error instanceof Error ? error.message : String(error);
    return new ApiError("Unreachable", 0, `the API server gave no answer: ${message}`, { cause: error });
}

/** The Status the API server sends with a refusal, as an error. */
function failure(status: number, text: string, call: string): ApiError {
    try {
        const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
        return new ApiError(reason ?? `HTTP ${status}`, status, `${call}: ${(message ?? "").slice(0, 500)}`);
    } catch {
        return new ApiError(`HTTP ${status}`, status, `${call}: HTTP status ${status}`);
    }
}
