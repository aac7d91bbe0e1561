import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";

import { KubeConfig } from "@kubernetes/client-node";

import type { Json } from "../model.js";
import type { KindName, KubernetesApi, KubernetesObject, ObjectRef } from "./objects.js";
import { ApiError, isApiError, KINDS } from "./objects.js";

const TIMEOUT_MS = 15_000;
/** Longest answer that is read; a page of pods is far below it. */
const MAX_ANSWER = 64 * 1_048_576;
/** Objects a page. */
const PAGE = 500;
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
            return await this.call("GET", pathOf(ref));
        } catch (error) {
            if (isApiError(error, "NotFound")) {
                return undefined;
            }
            throw error;
        }
    }

    async list(
        kind: KindName,
        where: { readonly namespace?: string; readonly labels?: string } = {},
    ): Promise<readonly KubernetesObject[]> {
        const found: KubernetesObject[] = [];
        const { apiVersion } = KINDS[kind];
        let next: string | undefined;
        do {
            const page = await this.call<{
                readonly metadata: { readonly continue?: string };
                readonly items: readonly KubernetesObject[];
            }>("GET", collectionOf(kind, where.namespace), undefined, {
                limit: String(PAGE),
                continue: next,
                labelSelector: where.labels,
            });
            // Items of a list don't repeat what the list says of all of them.
            found.push(...page.items.map((item) => ({ ...item, apiVersion, kind })));
            next = page.metadata.continue;
        } while (next !== undefined && next !== "");
        return found;
    }

    create(object: KubernetesObject): Promise<KubernetesObject> {
        return this.call("POST", collectionOf(object.kind as KindName, object.metadata.namespace), object);
    }

    patch(
        ref: ObjectRef,
        patch: { readonly [field: string]: Json | undefined },
        subresource?: string,
    ): Promise<KubernetesObject> {
        return this.call("PATCH", pathOf(ref, subresource), patch);
    }

    replace(object: KubernetesObject, subresource?: string): Promise<KubernetesObject> {
        const { name, namespace } = object.metadata;
        return this.call("PUT", pathOf({ kind: object.kind as KindName, name, namespace }, subresource), object);
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

    private async call<T = KubernetesObject>(method: string, path: string, body?: object, query?: Query): Promise<T> {
        const { text } = await this.send(method, path, body, query);
        return JSON.parse(text) as T;
    }

    private async send(
        method: string,
        path: string,
        body: object | undefined,
        query: Query = {},
    ): Promise<{ readonly text: string }> {
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
        const content = body === undefined ? undefined : JSON.stringify(body);
        const options: RequestOptions = {
            method,
            headers: {
                accept: "application/json",
                ...(content !== undefined && {
                    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
                    // Node.js frames the body of a DELETE by neither length nor chunks (RFC 9112, 6.3): the server would take it for the next request,
                    // and not see the preconditions in it.
                    "content-length": Buffer.byteLength(content),
                }),
            },
            signal: AbortSignal.timeout(TIMEOUT_MS),
        };
        // Reads a token that has been renewed, and takes what the kubeconfig says of certificates.
        await this.config.applyToHTTPSOptions(options);
        const { status, text } = await exchange(url, { ...options, agent: this.agentOf(options) }, content);
        if (status < 200 || status > 299) {
            throw failure(status, text, `${method} ${path}`);
        }
        return { text };
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

async function exchange(
    url: URL,
    options: RequestOptions,
    body: string | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
    try {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
            request(url, options, resolve).on("error", reject).end(body);
        });
        const parts: Buffer[] = [];
        let size = 0;
        for await (const part of answer as AsyncIterable<Buffer>) {
            size += part.length;
            if (size > MAX_ANSWER) {
                throw new Error(`the answer is longer than ${MAX_ANSWER} bytes`);
            }
            parts.push(part);
        }
        return { status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") };
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new ApiError("Unreachable", 0, `the API server gave no answer: ${message}`, { cause: error });
    }
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
