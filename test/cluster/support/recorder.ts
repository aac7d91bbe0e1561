import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Cluster } from "../harness/cluster";

/** Stands between a client and a cluster's API server, on loopback, and writes down what is asked. */
export class Recorder {
    /** Method and path of every request, in order. */
    readonly requests: { readonly method: string; readonly url: URL; readonly status: number }[] = [];

    private constructor(
        private readonly server: Server,
        private readonly agent: Agent,
    ) {}

    static async start(cluster: Cluster): Promise<Recorder> {
        const { plane } = cluster;
        const agent = new Agent({ keepAlive: true, ca: readFileSync(plane.authority.certificate) });
        const server = createServer((incoming, outgoing) => {
            const { method = "", url = "/", headers } = incoming;
            const target = { agent, host: "127.0.0.1", port: plane.ports.apiserver, method, path: url };
            const forward = request({ ...target, headers }, (answer) => {
                const status = answer.statusCode ?? 0;
                recorder.requests.push({ method, url: new URL(url, "http://recorder"), status });
                outgoing.writeHead(status, answer.headers);
                answer.pipe(outgoing);
            });
            forward.on("error", (error) => outgoing.destroy(error));
            incoming.pipe(forward);
        });
        const recorder = new Recorder(server, agent);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return recorder;
    }

    get address(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.agent.destroy();
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}
