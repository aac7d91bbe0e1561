import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { Authority, KeyPair } from "./pki";

/** A TLS server on loopback and who calls it. */
export interface Target {
    readonly port: number;
    readonly authority: Authority;
    readonly pair: KeyPair;
}

export interface Response {
    readonly status: number;
    readonly text: string;
    /** What the API server warns of (RFC 9110 `Warning` headers), joined. */
    readonly warnings: string;
}

const agents = new Map<string, Agent>();

export interface RequestOptions {
    /** Media type of the body; JSON when absent. */
    readonly type?: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** One HTTPS request with a client certificate; connections are kept, so that thousands of requests stay cheap. */
export async function request(
    target: Target,
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
): Promise<Response> {
    const key = `${target.port} ${target.pair.certificate}`;
    let agent = agents.get(key);
    if (agent === undefined) {
        agent = new Agent({
            keepAlive: true,
            maxSockets: 8,
            ca: readFileSync(target.authority.certificate),
            cert: readFileSync(target.pair.certificate),
            key: readFileSync(target.pair.key),
        });
        agents.set(key, agent);
    }
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
        const outgoing = httpsRequest(
            {
                agent,
                host: "127.0.0.1",
                port: target.port,
                method,
                path,
                timeout: 30_000,
                headers: {
                    // Said explicitly: Node.js leaves the length of a DELETE's body out.
                    ...(payload !== undefined && {
                        "content-type": options.type ?? "application/json",
                        "content-length": payload.length,
                    }),
                    ...(options.headers as OutgoingHttpHeaders),
                },
            },
            (incoming) => {
                const chunks: Buffer[] = [];
                incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                incoming.on("error", reject);
                incoming.on("end", () => {
                    resolve({
                        status: incoming.statusCode ?? 0,
                        text: Buffer.concat(chunks).toString("utf8"),
                        warnings: incoming.headersDistinct["warning"]?.join("\n") ?? "",
                    });
                });
            },
        );
        outgoing.on("timeout", () =>
            outgoing.destroy(new Error(`no answer from 127.0.0.1:${target.port} within 30 s`)),
        );
        outgoing.on("error", reject);
        outgoing.end(payload);
    });
}

/** Lets go of the kept connections to a port, so that the process can end. */
export function forget(port: number): void {
    for (const [key, agent] of agents) {
        if (key.startsWith(`${port} `)) {
            agent.destroy();
            agents.delete(key);
        }
    }
}
