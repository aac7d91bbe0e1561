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
        const statuses: Readonly<Record<string, () => number>> = {
            "/live": () => 200,
            "/ready": () => (ready() ? 200 : 503),
        };
        const known = Object.hasOwn(statuses, request.url ?? "") ? statuses[request.url ?? ""] : undefined;
        response.writeHead(known?.() ?? 404).end();
    });
    await once(server.listen(port, host), "listening");
    return server;
}
