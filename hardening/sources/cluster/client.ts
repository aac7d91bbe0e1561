import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, str } from "../../../policies/kubernetes/kube";
import type { Connection } from "./kubeconfig";

/** The API server refused a request, or could not be reached. */
export class ApiError extends Error {
    constructor(
        message: string,
        /** HTTP status; 0 where there was no answer. */
        public readonly status: number,
    ) {
        super(message);
        this.name = "ApiError";
    }
}

interface Answer {
    readonly status: number;
    readonly retryAfter: number;
    readonly text: string;
}

const TIMEOUT_MS = 60_000;
const ATTEMPTS = 4;
const MAX_SOCKETS = 8;
/** No page of a list comes near this. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What is sent with a request. */
interface Sent {
    readonly method: "GET" | "POST" | "PATCH";
    readonly body?: Body;
    /** How often it is sent in all while the server is busy. */
    readonly attempts?: number;
}

/** Requests to the API server by a connection; what may be asked is up to those that extend it. */
export abstract class ApiClient {
    private readonly agent: HttpAgent | HttpsAgent;
    private readonly secure: boolean;
    /** When the next request may be sent, by the clock of `performance`. */
    private nextTurn = 0;

    /** @param perSecond how many requests are sent a second at most, besides what the server itself asks for */
    constructor(
        private readonly connection: Connection,
        private readonly pauseMs = 500,
        private readonly perSecond = Number.POSITIVE_INFINITY,
    ) {
        this.secure = connection.server.startsWith("https:");
        const { ca, cert, key, serverName, insecure, proxy } = connection;
        const common = {
            keepAlive: true,
            maxSockets: MAX_SOCKETS,
            // The agent reads no environment of its own; which proxy there is was settled with the connection.
            ...(proxy !== undefined && { proxyEnv: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } }),
        };
        this.agent = this.secure
            ? new HttpsAgent({
                  ...common,
                  ca,
                  cert,
                  key,
                  servername: serverName,
                  rejectUnauthorized: !insecure,
              })
            : new HttpAgent(common);
    }

    /** Closes the connections that are kept open. */
    public close(): void {
        this.agent.destroy();
    }

    /**
     * Sends a request, again when the server is busy (429, 5xx), as long as it says.
     *
     * @throws ApiError with the server's own reason.
     */
    protected async ask(path: string, { method, body, attempts = ATTEMPTS }: Sent): Promise<string> {
        for (let attempt = 1; ; attempt++) {
            await this.turn();
            const answer = await this.once(path, method, body && JSON.stringify(body));
            if (answer.status === 200 || answer.status === 201) {
                return answer.text;
            }
            const busy = answer.status === 429 || answer.status >= 500;
            if (!busy || attempt >= attempts) {
                throw new ApiError(reasonOf(answer), answer.status);
            }
            await sleep(Math.max(answer.retryAfter * 1000, this.pauseMs * 2 ** (attempt - 1)));
        }
    }

    /** Waits until a request may be sent. Those that wait are sent in the order in which they asked. */
    private async turn(): Promise<void> {
        const now = performance.now();
        const at = Math.max(now, this.nextTurn);
        this.nextTurn = at + 1000 / this.perSecond;
        if (at > now) {
            await sleep(at - now);
        }
    }

    /** As {@link ask}, for an answer in JSON. */
    protected async askJson(path: string, sent: Sent): Promise<Body> {
        return parse(await this.ask(path, sent), path);
    }

    private once(path: string, method: Sent["method"], body: string | undefined): Promise<Answer> {
        const { server, token, impersonation } = this.connection;
        const send = this.secure ? httpsRequest : httpRequest;
        const headers = {
            // Logs and metrics are no JSON, and the API server refuses what it can't serve as asked.
            accept: "application/json, */*",
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...impersonation,
            ...(body !== undefined && {
                "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
            }),
        };
        return new Promise((resolve, reject) => {
            const request = send(
                `${server}${path}`,
                { agent: this.agent, headers, timeout: TIMEOUT_MS, method },
                (response) => {
                    const chunks: Buffer[] = [];
                    let size = 0;
                    response.on("data", (chunk: Buffer) => {
                        size += chunk.length;
                        chunks.push(chunk);
                        if (size > MAX_BYTES) {
                            response.destroy(new Error(`the answer is larger than ${MAX_BYTES} bytes`));
                        }
                    });
                    response.on("error", (error) => reject(new ApiError(error.message, 0)));
                    response.on("end", () =>
                        resolve({
                            status: response.statusCode ?? 0,
                            retryAfter: Number(response.headers["retry-after"] ?? 0) || 0,
                            text: Buffer.concat(chunks).toString("utf8"),
                        }),
                    );
                },
            );
            request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
            request.on("error", (error) => reject(new ApiError(error.message || String(error), 0)));
            request.end(body);
        });
    }
}

/** A client that can only read: it knows no other method than GET, but for reviews, which ask and store nothing. */
export class ReadOnlyClient extends ApiClient {
    /**
     * Gets a path as JSON. Asks again when the server is busy (429, 5xx), as long as it says, up to four times in all.
     *
     * @throws ApiError with the server's own reason.
     */
    public async get(path: string): Promise<Body> {
        return this.askJson(path, { method: "GET" });
    }

    /**
     * Asks the API server a question of the group authorization.k8s.io, e.g. whether somebody may do something.
     *
     * @throws ApiError with the server's own reason.
     */
    public async review(kind: "SubjectAccessReview" | "SelfSubjectAccessReview", spec: Body): Promise<Body> {
        const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
        const body = { apiVersion: "authorization.k8s.io/v1", kind, spec };
        return this.askJson(path, { method: "POST", body });
    }

    /** Gets a path as text: a log, or what a pod answers. Asked once, as a failure is the far side's. @throws ApiError */
    public async text(path: string): Promise<string> {
        return this.ask(path, { method: "GET", attempts: 1 });
    }
}

function parse(text: string, path: string): Body {
    let body: unknown;
    try {
        body = JSON.parse(text);
    } catch {
        body = undefined;
    }
    if (!isObj(body)) {
        throw new ApiError(`${path} did not answer with a JSON object`, 200);
    }
    return body;
}

/** The message of the server's Status object, or the bare status. */
function reasonOf({ status, text }: Answer): string {
    try {
        const message = str((JSON.parse(text) as Body)["message"]);
        return message === "" ? `HTTP ${status}` : message;
    } catch {
        return `HTTP ${status}`;
    }
}
