import type { IncomingMessage, RequestListener } from "node:http";

import { peerOf } from "@x0tta6bl4/spiffe";

/** A larger body is refused: the echo must not be a way to fill memory. */
const MAX_BODY_BYTES = 64 * 1024;

/** What the echo answers. */
export interface EchoAnswer {
    /** Who called, as the connection proved it. */
    readonly peer: string;
    /** By which key exchange. */
    readonly group: string;
    readonly body: string;
}

/** Answers a POST to /echo with its body, and with what the connection says of the caller. */
export const echo: RequestListener = (request, response) => {
    void answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
};

async function answer(request: IncomingMessage): Promise<{ status: number; body: EchoAnswer | { error: string } }> {
    const peer = peerOf(request);
    if (request.method !== "POST" || request.url !== "/echo" || peer === undefined) {
        return { status: 404, body: { error: "POST /echo is all there is" } };
    }
    const chunks: Buffer[] = [];
    let size = 0;
    try {
        for await (const chunk of request as AsyncIterable<Buffer>) {
            size += chunk.length;
            if (size > MAX_BODY_BYTES) {
                return { status: 413, body: { error: `a body may have ${MAX_BODY_BYTES} bytes` } };
            }
            chunks.push(chunk);
        }
    } catch {
        return { status: 400, body: { error: "the body ended early" } };
    }
    return {
        status: 200,
        body: { peer: peer.id.toString(), group: peer.group.name, body: Buffer.concat(chunks).toString() },
    };
}
