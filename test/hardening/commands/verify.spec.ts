import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

import { apiServer, type ServedKind } from "../../support/api-server";
import { cli, TODAY, type CliRun } from "../../support/cli";
import { withFiles } from "../../support/files";

const CHECK = "network-policies-enforced";
const ENGINE = {
    metadata: { name: "calico-node", namespace: "kube-system" },
    status: { desiredNumberScheduled: 1, numberReady: 1 },
};
const TITLE = "Network policies are enforced";

function cluster(daemons: readonly object[]): readonly ServedKind[] {
    return [
        { apiVersion: "apps/v1", kind: "DaemonSet", name: "daemonsets", items: daemons as ServedKind["items"] },
        { apiVersion: "v1", kind: "Node", name: "nodes", namespaced: false },
        { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: "networkpolicies" },
    ];
}

/** Runs `verify` of the staging stack against an API server that serves some kinds, in a folder that may be written to. */
async function verify(
    kinds: readonly ServedKind[],
    args: (folder: string) => readonly string[],
): Promise<CliRun & { readonly report: unknown; readonly requests: readonly string[] }> {
    const server = await apiServer(kinds);
    const kubeconfig = `current-context: test
contexts: [{name: test, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "${server.url}"}}]
`;
    try {
        return await withFiles({ kubeconfig, "report.json": "" }, async (folder) => {
            const target = ["--stack", "staging", "--kubeconfig", `${folder}/kubeconfig`];
            const run = await cli(["verify", ...target, ...args(folder)]);
            const text = readFileSync(`${folder}/report.json`, "utf8");
            return {
                ...run,
                report: text === "" ? undefined : (JSON.parse(text) as unknown),
                requests: server.requests,
            };
        });
    } finally {
        await server.close();
    }
}

describe("hardening verify", function () {
    this.timeout(60_000);

    it("prints what it proved by reading alone, and exits with 0", async () => {
        const { code, out, log, requests } = await verify(cluster([ENGINE]), () => ["--check", CHECK]);
        assert.equal(code, 0);
        assert.match(
            out,
            /^✔ Network policies are enforced NET-2\n {2}cluster: DaemonSet calico-node enforces network policies/,
        );
        assert.equal(log.at(-1), "1 proved, 0 failed, 0 unknown");
        assert.ok(requests.length > 0 && requests.every((line) => line.startsWith("GET ")));
    });

    it("writes the report as JSON to a file: of which stack and cluster, when, and whether it was a rehearsal", async () => {
        const json = (folder: string): readonly string[] => ["--format", "json", "--out", `${folder}/report.json`];
        const run = await verify(cluster([]), (folder) => ["--check", CHECK, "--rehearsal", ...json(folder)]);
        assert.equal(run.code, 2);
        assert.equal(run.out, "");
        const { checks, ...head } = run.report as { checks: { verdicts: { message: string }[] }[] };
        assert.deepEqual(head, {
            ...{ schema: 1, stack: "staging", cluster: "test", at: TODAY.toISOString(), rehearsal: true },
            summary: { proved: 0, failed: 0, unknown: 1 },
        });
        const [found] = checks;
        assert.deepEqual(
            { ...found, verdicts: found?.verdicts.length },
            { name: CHECK, title: TITLE, covers: ["NET-2"], status: "unknown", verdicts: 1 },
        );
        assert.match(found?.verdicts[0]?.message ?? "", /^no engine that enforces network policies was recognised/);
        const own = await verify(cluster([]), (folder) => ["--check", CHECK, ...json(folder)]);
        assert.equal((own.report as { rehearsal: boolean }).rehearsal, false);
    });

    it("exits with 1 where something failed, and says what to do", async () => {
        const { code, out, log } = await verify(cluster([]), () => ["--check", "network-policies-in-place"]);
        assert.equal(code, 1);
        assert.match(out, /^ {2}✘ NetworkPolicy spire\/default-deny: is not there$/m);
        assert.match(out, /^ {2}→ Deploy the stack again \(pulumi up --refresh\)/m);
        assert.equal(log.at(-1), "0 proved, 1 failed, 0 unknown");
    });

    it("names what is missing where etcd is named by half of what it takes", async () => {
        const { code, log } = await verify([], () => ["--etcd", "https://127.0.0.1:1", "--etcd-ca", "ca.crt"]);
        assert.equal(code, 2);
        const wanted =
            "--etcd, --etcd-ca, --etcd-cert, --etcd-key go together, and --etcd-cert and --etcd-key are missing";
        assert.ok(log.join("\n").includes(wanted), log.join("\n"));
    });

    it("refuses operands, no stack, several stacks and an unknown check, each with what is allowed", async () => {
        const refused = async (...args: readonly string[]): Promise<string> => {
            const { code, log } = await cli(["verify", ...args]);
            assert.equal(code, 2);
            return log.join("\n");
        };
        assert.match(await refused("--stack", "staging", "spire"), /verify takes no operand, found "spire"/);
        assert.match(await refused(), /verify needs --stack NAME/);
        assert.match(await refused("--stack", "staging", "--stack", "production"), /--stack is given 2 times/);
        assert.match(
            await refused("--stack", "staging", "--check", "pods"),
            /--check must be one of .*workloads-ready.*, found "pods"/,
        );
    });
});
