import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";

import type { SpiffeHttpsAgent } from "../../src/entry/http.js";

/** One request to loopback over an agent; resolves to the body. */
export async function get(port: number, agent: SpiffeHttpsAgent): Promise<string> {
    const outgoing = request({ host: "127.0.0.1", port, agent }).end();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    return text(response);
}
