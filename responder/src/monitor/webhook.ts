import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";

import type { HandshakeObserver, SpiffeId, X509Provider } from "@x0tta6bl4/spiffe";
import { authorizeOneOf, peerOf } from "@x0tta6bl4/spiffe";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";

import type { SecurityEvent, Source } from "../model.js";
import { SOURCES } from "../model.js";
import { alertmanagerEvents } from "./alertmanager.js";
import { canaryEvents } from "./canary.js";
import { falcoEvents } from "./falco.js";
import { MessageError } from "./message.js";
import { BusyError } from "./queue.js";
import type { SenderTrust } from "./senders.js";

/** Longest message that is read, in bytes. Falco's events have some kilobytes; Alertmanager's groups are larger. */
export const MAX_BODY = 1_048_576;
/** How long a sender may take for one, in milliseconds. */
const BODY_TIMEOUT_MS = 10_000;

/** Why a message was turned away. */
export type Refusal = "handshake" | "sender" | "path" | "method" | "size" | "malformed" | "busy" | "failed";

export interface WebhookOptions {
    readonly trust: X509Provider & Pick<SenderTrust, "webCertificate">;
    /** Who may send at each path. A path without senders is closed. */
    readonly senders: Readonly<Record<Source, readonly SpiffeId[]>>;
    readonly kem: "prefer" | "require";
    /** Resolves once the events are recorded. */
    readonly accept: (events: readonly SecurityEvent[]) => Promise<void>;
    readonly refused: (reason: Refusal) => void;
    readonly observer?: HandshakeObserver;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

const READERS: Readonly<Record<Source, (body: string, now: number) => readonly SecurityEvent[]>> = {
    falco: falcoEvents,
    alertmanager: alertmanagerEvents,
    canary: canaryEvents,
};

/**
 * Takes `POST /falco`, `/alertmanager` and `/canary` by mutual TLS 1.3, from the senders of each path only. Answers 200 once the events are
 * recorded, 503 with `Retry-After` when there is no room, and 4xx for what would be refused again.
 */
export function createWebhook(options: WebhookOptions): Server {
    const { trust, senders, kem, observer, refused } = options;
    const everybody = SOURCES.flatMap((source) => senders[source]);
    const server = createHttpsServer(
        trust,
        {
            get webCertificate() {
                return trust.webCertificate;
            },
            authorize: authorizeOneOf(...everybody),
            kem,
            observer: (event) => {
                if (event.result === "failure") {
                    refused("handshake");
                }
                observer?.(event);
            },
        },
        (request, response) => void answer(options, request, response),
    );
    server.requestTimeout = BODY_TIMEOUT_MS;
    return server;
}

async function answer(options: WebhookOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, refusal, text } = await handle(options, request);
    if (refusal !== undefined) {
        options.refused(refusal);
    }
    if (!response.destroyed) {
        response
            .writeHead(status, {
                "content-type": "text/plain; charset=utf-8",
                ...(status === 503 && { "retry-after": "5" }),
                // The rest of a body that wasn't read to its end must not be taken for a request.
                ...(refusal !== undefined && { connection: "close" }),
            })
            .end(`${text}\n`);
    }
}

interface Answer {
    readonly status: number;
    readonly refusal?: Refusal;
    readonly text: string;
}

async function handle(options: WebhookOptions, request: IncomingMessage): Promise<Answer> {
    const source = SOURCES.find((one) => request.url === `/${one}`);
    if (source === undefined) {
        return { status: 404, refusal: "path", text: `there are ${SOURCES.map((one) => `/${one}`).join(", ")}` };
    }
    const sender = peerOf(request)?.id;
    if (sender === undefined || !options.senders[source].some((id) => id.equals(sender))) {
        return { status: 403, refusal: "sender", text: `${sender ?? "nobody"} may not send here` };
    }
    if (request.method !== "POST") {
        return { status: 405, refusal: "method", text: "use POST" };
    }
    try {
        const body = await bodyOf(request);
        if (body === undefined) {
            return { status: 413, refusal: "size", text: `at most ${MAX_BODY} bytes` };
        }
        await options.accept(READERS[source](body, options.now()));
        return { status: 200, text: "recorded" };
    } catch (error) {
        if (error instanceof MessageError) {
            return { status: 400, refusal: "malformed", text: error.message };
        }
        return error instanceof BusyError
            ? { status: 503, refusal: "busy", text: error.message }
            : { status: 503, refusal: "failed", text: "it could not be recorded" };
    }
}

/** The body as text; undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of request as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > MAX_BODY) {
            return undefined;
        }
        parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
}
