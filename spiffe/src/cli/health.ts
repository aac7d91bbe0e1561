import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";

/**
 * Answers probes: `/live` while the process runs, `/ready` while the files are complete and of what is valid still.
 *
 * @returns once it listens
 */
export async function serveHealth(
    { host, port }: { readonly host: string; readonly port: number },
    ready: () => boolean,
): Promise<Server> {
    const server = createServer((request, response) => {
        response.writeHead(statusOf(request.url, ready)).end();
    });
    await once(server.listen(port, host), "listening");
    return server;
}

function statusOf(url: string | undefined, ready: () => boolean): number {
    switch (url) {
        case "/live":
            return 200;
        case "/ready":
            return ready() ? 200 : 503;
        default:
            return 404;
    }
}
