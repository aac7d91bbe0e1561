import assert from "node:assert/strict";

import { apiServer, type ServedKind } from "../../support/api-server";
import { cli, TODAY } from "../../support/cli";
import { withFiles } from "../../support/files";

const ROUTER = { metadata: { name: "kube-router" }, status: { desiredNumberScheduled: 1, numberReady: 1 } };
const KINDS: readonly ServedKind[] = [
    {
        apiVersion: "v1",
        kind: "Node",
        name: "nodes",
        namespaced: false,
        items: [
            {
                metadata: { name: "one\u001b[31m" },
                spec: { providerID: "kind://docker/one" },
                status: { nodeInfo: { operatingSystem: "linux", kernelVersion: "6.1.0" } },
            },
        ],
    },
    { apiVersion: "apps/v1", kind: "DaemonSet", name: "daemonsets", items: [ROUTER] },
];

async function doctor(...args: readonly string[]) {
    const server = await apiServer(KINDS);
    const kubeconfig = `current-context: test
contexts: [{name: test, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "${server.url}"}}]
`;
    try {
        return await withFiles({ kubeconfig }, async (folder) => {
            const run = await cli(["doctor", "--kubeconfig", `${folder}/kubeconfig`, ...args]);
            return { ...run, requests: server.requests };
        });
    } finally {
        await server.close();
    }
}

describe("hardening doctor", function () {
    this.timeout(60_000);

    it("asks a cluster by reading alone, and prints what it can see of the settings", async () => {
        const { code, out, log, requests } = await doctor();
        assert.equal(code, 1);
        assert.match(out, /^✔ The stack is set for the platform that the nodes are of\n {2}nodes are of kind$/m);
        assert.match(out, /^ {2}DaemonSet kube-router is a program that enforces them$/m);
        assert.match(out, /^ {2}node one\\u001b\[31m has kernel 6\.1\.0$/m);
        assert.match(
            out,
            /^ {2}cluster:\n {4}platform: kind\n {4}networkEngine: kubernetes\n {4}nodes: 2\n {2}not seen: identity, apiServer$/m,
        );
        assert.match(log.at(-1) ?? "", /^\d+ ok, 1 missing, \d+ unknown$/);
        assert.ok(requests.length > 5 && requests.every((line) => line.startsWith("GET ")));
        assert.deepEqual(requests, [...new Set(requests)], "asks for nothing twice");
    });

    it("holds a stack against the cluster, and asks about rights by a review that stores nothing", async () => {
        const { code, out, requests } = await doctor("--stack", "staging", "--format", "json");
        assert.equal(code, 1);
        const report = JSON.parse(out) as {
            readonly stack: string;
            readonly at: string;
            readonly questions: readonly {
                readonly name: string;
                readonly answers: readonly {
                    readonly subject: string;
                    readonly status: string;
                    readonly remedy?: string;
                }[];
            }[];
        };
        assert.deepEqual([report.stack, report.at], ["staging", TODAY.toISOString()]);
        const answers = (name: string) => report.questions.find((one) => one.name === name)?.answers ?? [];
        assert.ok(
            answers("kinds-served").some(
                ({ subject, status }) => subject.startsWith("PodMonitor of ") && status === "missing",
            ),
        );
        assert.deepEqual(
            answers("namespaces-there").map(({ subject, status }) => `${status} ${subject}`),
            ["missing Namespace monitoring"],
        );
        assert.equal(answers("platform-set")[0]?.remedy, "Set cluster.platform: kind.");
        const posts = requests.filter((line) => !line.startsWith("GET "));
        assert.ok(
            posts.length > 0 &&
                posts.every((line) => line === "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
        );
    });

    it("exits with 2 and says why where no cluster answers", async () => {
        const { code, log } = await cli(["doctor", "--kubeconfig", "/nonexistent"]);
        assert.equal(code, 2);
        assert.match(log.join("\n"), /\/nonexistent/);
    });
});
