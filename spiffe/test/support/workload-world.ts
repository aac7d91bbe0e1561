import type { WorkloadApiOptions } from "../../src/entry/workload.js";
import { WorkloadApiClient } from "../../src/entry/workload.js";
import { TestCa } from "./ca.js";
import type { X509Message } from "./fake-workload-api.js";
import { FakeWorkloadApi, x509Message } from "./fake-workload-api.js";
import { until } from "./until.js";

/** A Workload API that issues `spiffe://example.org/web`, and its clients. */
export class WorkloadWorld {
    private readonly clients: WorkloadApiClient[] = [];

    private constructor(
        readonly ca: TestCa,
        readonly api: FakeWorkloadApi,
        /** What it issues at first. */
        readonly good: X509Message,
    ) {}

    static async create(): Promise<WorkloadWorld> {
        const ca = await TestCa.create("example.org");
        const good = x509Message([await ca.issue("/web")], [ca.bundle]);
        const api = await FakeWorkloadApi.start();
        api.setX509(good);
        return new WorkloadWorld(ca, api, good);
    }

    /** A client, closed in the end. */
    connect(options: WorkloadApiOptions = {}): WorkloadApiClient {
        const client = new WorkloadApiClient({ address: this.api.address, timeoutMs: 5_000, ...options });
        this.clients.push(client);
        return client;
    }

    /** Waits until the endpoint has no open stream of a method. */
    async drained(method: "FetchX509SVID" | "FetchX509Bundles"): Promise<void> {
        await until(() => this.api.open(method) === 0);
    }

    async close(): Promise<void> {
        this.clients.forEach((client) => client.close());
        await this.api.stop();
    }
}
