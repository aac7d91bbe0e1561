import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { SpiffeHttpsAgent } from "../../../spiffe/src/entry/http.js";
import { authorizeAny, StaticX509Provider, X509BundleSet } from "../../../spiffe/src/index.js";
import { TestCa } from "../../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../../spiffe/test/support/fake-workload-api.js";
import { freePort } from "../../../spiffe/test/support/free-port.js";
import type { Cluster } from "../harness/cluster";
import { run } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { NAMESPACE } from "./responder-objects";
import { until } from "./until";

export interface Incident extends KubernetesObject {
    readonly spec: { readonly decisions?: readonly unknown[] };
    readonly status?: {
        readonly phase: string;
        readonly key: string;
        readonly detectedAt: string;
        readonly actions: readonly {
            readonly id: string;
            readonly type: string;
            readonly state: string;
            readonly reason: string;
            readonly decidedAt: string;
            readonly finishedAt?: string;
        }[];
        readonly signals: readonly { readonly rule: string; readonly count: number }[];
    };
}

export type IncidentStatus = NonNullable<Incident["status"]>;

/** Where the responder runs. */
interface Place {
    /** What runs a program there, in its own process. */
    readonly prefix?: readonly string[];
    readonly port?: number;
}

/** The responder's bundle as a process beside a cluster, which it asks with a token of its own ServiceAccount. */
export class ResponderProcess {
    private child: ChildProcess | undefined;
    private port = 0;
    private log = "";

    private constructor(
        private readonly cluster: Cluster,
        /** Is removed at the end. */
        readonly folder: string,
        private readonly ca: TestCa,
        private readonly identities: FakeWorkloadApi,
        private readonly environment: Readonly<Record<string, string>>,
        private readonly place: Place,
    ) {}

    /**
     * Builds the program; it doesn't run yet.
     *
     * @param environment beside what every test needs
     * @param place where it runs and listens; beside the test, at a port that is free, unless it is said
     */
    static async build(
        cluster: Cluster,
        policy: string,
        environment: Readonly<Record<string, string>> = {},
        place: Place = {},
    ): Promise<ResponderProcess> {
        const built = await run(process.execPath, ["responder/build.mjs"]);
        assert.equal(built.code, 0, built.stderr);
        const folder = await mkdtemp(join(tmpdir(), "responder-"));
        await writeFile(join(folder, "policy.yaml"), policy);
        const ca = await TestCa.create("example.org");
        const identities = await FakeWorkloadApi.start();
        identities.setX509(x509Message([await ca.issue("/ns/responder/sa/responder")], [ca.bundle]));
        return new ResponderProcess(cluster, folder, ca, identities, environment, place);
    }

    get exited(): boolean {
        return this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
    }

    /** Runs it, and waits until it leads. */
    async start(): Promise<void> {
        await this.writeKubeconfig();
        this.port = this.place.port ?? (await freePort());
        this.log = "";
        const program = [process.execPath, "responder/dist/responder.mjs"] as const;
        const [command, ...args] = [...(this.place.prefix ?? []), ...program];
        const child = spawn(command, args, {
            env: {
                SPIFFE_ENDPOINT_SOCKET: this.identities.address,
                RESPONDER_FALCO_SENDERS: "spiffe://example.org/falcosidekick",
                RESPONDER_ALERTMANAGER_SENDERS: "spiffe://example.org/alertmanager",
                RESPONDER_POLICY: join(this.folder, "policy.yaml"),
                RESPONDER_NAMESPACE: NAMESPACE,
                RESPONDER_POD: "responder-0",
                RESPONDER_PROTECTED_NAMESPACES: "spire",
                RESPONDER_EVIDENCE: join(this.folder, "evidence"),
                RESPONDER_KUBECONFIG: join(this.folder, "kubeconfig"),
                RESPONDER_PORT: String(this.port),
                RESPONDER_HTTP_PORT: String(await freePort()),
                ...this.environment,
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        this.child = child;
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (part: string) => (this.log += part));
        }
        await until("the responder leads", async () => {
            assert.equal(this.exited, false, this.log);
            return Promise.resolve(this.log.includes('"leads"') || this.log);
        });
    }

    /** Ends it without giving it time for anything. */
    async kill(): Promise<void> {
        if (this.child !== undefined && !this.exited) {
            const gone = once(this.child, "exit");
            this.child.kill("SIGKILL");
            await gone;
        }
    }

    /** Ends it, and removes what it wrote. */
    async remove(): Promise<void> {
        await this.kill();
        await this.identities.stop();
        await rm(this.folder, { recursive: true, force: true });
    }

    /** Sends an event as falcosidekick does; the result is the status of the answer. */
    async send(rule: string, pod: string, namespace: string): Promise<number> {
        return this.post("/falco", {
            rule,
            priority: "Critical",
            time: new Date().toISOString(),
            output: `${rule} in ${pod}`,
            output_fields: { "k8s.ns.name": namespace, "k8s.pod.name": pod },
        });
    }

    /** Sends a message in the name of the path's sender; the result is the status of the answer. */
    async post(path: "/falco" | "/alertmanager", body: object): Promise<number> {
        const identity = new StaticX509Provider({
            svid: await this.ca.issue(path === "/falco" ? "/falcosidekick" : "/alertmanager"),
            bundles: new X509BundleSet([this.ca.bundle]),
        });
        const agent = new SpiffeHttpsAgent(identity, { authorize: authorizeAny() }, { keepAlive: false });
        const target = { host: "127.0.0.1", port: this.port, path, method: "POST", agent };
        return new Promise<number>((resolve, reject) => {
            request(target, (response) => {
                text(response).then(() => resolve(response.statusCode ?? 0), reject);
            })
                .on("error", reject)
                .end(JSON.stringify(body));
        }).finally(() => agent.destroy());
    }

    async incidents(): Promise<readonly Incident[]> {
        return (await this.cluster.kubectl.list("securityincidents", NAMESPACE)) as unknown as readonly Incident[];
    }

    /** The first incident that fits, once it is as wanted. */
    async incident(
        what: string,
        fits: (status: IncidentStatus) => boolean,
        done: (status: IncidentStatus) => boolean,
    ): Promise<Incident> {
        let found: Incident | undefined;
        await until(`the incident of ${what} is as wanted`, async () => {
            found = (await this.incidents()).find(({ status }) => status !== undefined && fits(status));
            return (
                (found?.status !== undefined && done(found.status)) ||
                `${JSON.stringify(found?.status?.actions)}\n${this.log}`
            );
        });
        return found ?? assert.fail();
    }

    /** With a new token: one of another run may have expired. */
    private async writeKubeconfig(): Promise<void> {
        const { kubectl } = this.cluster;
        const token = (await kubectl.run(["create", "token", "responder", "-n", NAMESPACE])).trim();
        const admin = JSON.parse(await kubectl.run(["config", "view", "--raw", "--flatten", "-o", "json"])) as {
            clusters: unknown[];
            contexts: { context: object; name: string }[];
        };
        const name = "responder";
        const config = {
            apiVersion: "v1",
            kind: "Config",
            clusters: admin.clusters,
            users: [{ name, user: { token } }],
            contexts: admin.contexts.slice(0, 1).map(({ context }) => ({ name, context: { ...context, user: name } })),
            "current-context": name,
        };
        await writeFile(join(this.folder, "kubeconfig"), JSON.stringify(config), { mode: 0o600 });
    }
}
