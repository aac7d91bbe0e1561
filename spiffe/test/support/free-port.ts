import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux) and that Kubernetes gives to services
 * (from 30000): what was free a moment ago isn't taken by a client meanwhile, not even while a server there starts again.
 */
const FIRST = 15_000;
const END = 30_000;

const given = new Set<number>();

/** A port of loopback that nobody listens on, another one at each call. */
export async function freePort(): Promise<number> {
    for (let attempt = 0; attempt < 100; attempt++) {
        const port = randomInt(FIRST, END);
        if (!given.has(port) && (await isFree(port))) {
            given.add(port);
            return port;
        }
    }
    throw new Error(`no free port between ${FIRST} and ${END} in 100 attempts`);
}

async function isFree(port: number): Promise<boolean> {
    const server = createServer();
    try {
        await once(server.listen(port, "127.0.0.1"), "listening");
    } catch {
        return false;
    }
    server.close();
    await once(server, "close");
    return true;
}
