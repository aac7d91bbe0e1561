import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { ServedKind } from "../../support/api-server";
import { apiServer } from "../../support/api-server";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

const UID = "6f1c0d7e-0000-4000-8000-000000000001";
const KUBE_SYSTEM: ServedKind = {
    ...{ apiVersion: "v1", kind: "Namespace", name: "namespaces", namespaced: false },
    items: [{ metadata: { name: "kube-system", uid: UID } }],
};
const KINDS: readonly ServedKind[] = [
    KUBE_SYSTEM,
    {
        ...{ apiVersion: "apps/v1", kind: "DaemonSet", name: "daemonsets" },
        items: [
            {
                metadata: { name: "calico-node", namespace: "kube-system" },
                status: { desiredNumberScheduled: 1, numberReady: 1 },
            },
        ],
    },
    { apiVersion: "v1", kind: "Node", name: "nodes", namespaced: false },
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: "networkpolicies" },
];

interface Written {
    readonly predicateType: string;
    readonly subject: readonly { readonly name: string; readonly digest: Record<string, string> }[];
    readonly predicate: {
        readonly at: string;
        readonly cluster?: object;
        readonly results: readonly { readonly name: string; readonly outcome: string; readonly detail?: string }[];
    };
}

/** Runs commands with a kubeconfig of a fake cluster and a folder for evidence, in a folder that may be written to. */
async function onCluster<T>(
    kinds: readonly ServedKind[],
    use: (place: { readonly folder: string; readonly kubeconfig: string; readonly evidence: string }) => Promise<T>,
): Promise<T> {
    const server = await apiServer(kinds);
    const kubeconfig = `current-context: test
contexts: [{name: test, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "${server.url}"}}]
`;
    try {
        return await withFiles({ kubeconfig }, (folder) =>
            use({ folder, kubeconfig: join(folder, "kubeconfig"), evidence: join(folder, "evidence") }),
        );
    } finally {
        await server.close();
    }
}

function statements(folder: string): readonly Written[] {
    return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Written);
}

describe("evidence of the tool's own commands", function () {
    this.timeout(120_000);

    it("is written by verify and taken by a report of the same stack, and by none of another", async () => {
        await onCluster(KINDS, async ({ folder, kubeconfig, evidence }) => {
            const check = ["--check", "network-policies-enforced", "--rehearsal", "--evidence", evidence];
            const verified = await cli(["verify", "--stack", "staging", "--kubeconfig", kubeconfig, ...check]);
            assert.equal(verified.code, 0);
            const [written, ...more] = statements(evidence);
            assert.deepEqual(more, []);
            assert.ok(written);
            assert.deepEqual(
                written.subject.map(({ name, digest }) => [name, Object.keys(digest)]),
                [
                    ["source", ["gitCommit", "gitTree"]],
                    ["stack/staging", ["sha256"]],
                ],
            );
            assert.deepEqual(
                { ...written.predicate, tool: undefined },
                {
                    tool: undefined,
                    at: "2026-03-01T12:00:00.000Z",
                    cluster: { name: "test", identity: UID, rehearsal: true },
                    results: [{ name: "network-policies-enforced", outcome: "passed" }],
                },
            );
            writeFileSync(join(evidence, "other.json"), "{}");
            const report = async (stack: string) => {
                const out = join(folder, `${stack}.json`);
                const to = ["--evidence", evidence, "--format", "json", "--out", out];
                const { code, log, out: open } = await cli(["report", "--stack", stack, ...to]);
                assert.equal(code, 1);
                // Rows that only wait for the same runs are one line, and no row stands in two.
                const waiting = open.split("\n").filter((line) => line.startsWith(`${stack} waits for `));
                const [tests, ...more] = waiting.filter((line) => line.startsWith(`${stack} waits for tests: `));
                assert.deepEqual(more, []);
                assert.match(tests ?? "", /: P0-1\.2, .*, P2-2$/);
                const named = waiting.flatMap((line) => line.split(": ")[1]?.split(", ") ?? []);
                assert.deepEqual(named.toSorted(), [...new Set(named)].sort());
                assert.ok(named.includes("P0-1.1"));
                assert.equal(open.includes(`${stack} P0-1.1 Workload`), false);
                assert.equal(open.includes(`${stack} CMP-2 SOC 2: attestation soc-2: nobody has attested it`), true);
                const { areas } = JSON.parse(readFileSync(out, "utf8")) as {
                    areas: { rows: { id: string; state: string; reason: string }[] }[];
                };
                const row = areas.flatMap(({ rows }) => rows).find(({ id }) => id === "PRE-2");
                return { row: [row?.state, row?.reason], notes: log.filter((line) => line.startsWith("note:")) };
            };
            const own = await report("staging");
            assert.deepEqual(own.row, ["satisfied", ""]);
            assert.equal(own.notes.length, 2);
            assert.match(own.notes[0] ?? "", /^note: other\.json proves nothing: it is no statement: _type is missing/);
            assert.match(
                own.notes[1] ?? "",
                /^note: \d+ objects were not judged; hardening preview --stack staging names them$/,
            );
            const foreign = await report("production");
            const [file] = readdirSync(evidence).filter((name) => name.startsWith("verify"));
            assert.deepEqual(foreign.row, [
                "open",
                `1 check: ${file} proves nothing: it is about stack staging, not about production`,
            ]);
        });
    });

    it("is written by audit, a result for each control, and of the whole cluster only", async () => {
        const privileged = {
            metadata: { name: "web", namespace: "prod" },
            spec: { template: { spec: { containers: [{ name: "web", securityContext: { privileged: true } }] } } },
        };
        const deployments: ServedKind = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            name: "deployments",
            items: [privileged],
        };
        const secrets: ServedKind = { apiVersion: "v1", kind: "Secret", name: "secrets" };
        const audit = (kinds: readonly ServedKind[], controls = ["no-privileged-containers", "no-host-pid"]) =>
            onCluster([KUBE_SYSTEM, ...kinds], async ({ folder, kubeconfig, evidence }) => {
                const levels = Object.fromEntries(controls.map((name) => [name, "mandatory"]));
                writeFileSync(join(folder, "c.json"), JSON.stringify({ all: "disabled", ...levels }));
                const args = ["--kubeconfig", kubeconfig, "-c", join(folder, "c.json"), "--evidence", evidence];
                await cli(["audit", "--stack", "staging", "--rehearsal", ...args]);
                return statements(evidence)[0]?.predicate.results;
            });
        assert.deepEqual(await audit([deployments, secrets]), [
            { name: "no-privileged-containers", outcome: "failed", detail: "1 violation" },
            { name: "no-host-pid", outcome: "passed" },
        ]);
        // What looks at pods one by one has missed nothing where Secrets can't be read; what looks at them, or at all there is, may have.
        const refused = { refuse: { status: 403, message: "no" } };
        const several = ["no-host-pid", "no-long-lived-tokens", "ingress-hosts-are-unique"];
        const outcomes = async (kinds: readonly ServedKind[]) =>
            (await audit(kinds, several))?.map(({ name, outcome }) => `${name} ${outcome}`);
        assert.deepEqual(await outcomes([deployments, { ...secrets, ...refused }]), [
            "no-host-pid passed",
            "no-long-lived-tokens unknown",
            "ingress-hosts-are-unique unknown",
        ]);
        assert.deepEqual(await outcomes([{ ...deployments, ...refused }, secrets]), [
            "no-host-pid unknown",
            "no-long-lived-tokens passed",
            "ingress-hosts-are-unique unknown",
        ]);
        // The report makes one finding of these two, and neither has passed.
        const image = {
            ...deployments,
            items: [
                {
                    ...privileged,
                    spec: { template: { spec: { containers: [{ name: "web", image: "example.org/web:latest" }] } } },
                },
            ],
        };
        assert.deepEqual(await audit([image, secrets], ["no-latest-tag", "images-pinned-by-digest"]), [
            { name: "no-latest-tag", outcome: "failed", detail: "1 violation" },
            { name: "images-pinned-by-digest", outcome: "failed", detail: "1 violation" },
        ]);
        assert.deepEqual((await cli(["audit", "--evidence", "x", "-n", "prod"])).log.slice(0, 2), [
            "error: --evidence needs --stack NAME: a statement says which stack it is about",
            "error: --evidence is of the whole cluster, so --namespace can't stand beside it",
        ]);
    });

    it("needs a cluster that says which it is", async () => {
        await onCluster(KINDS.slice(1), async ({ kubeconfig, evidence }) => {
            const args = ["--check", "network-policies-enforced", "--rehearsal", "--evidence", evidence];
            const { code, log } = await cli(["verify", "--stack", "staging", "--kubeconfig", kubeconfig, ...args]);
            assert.equal(code, 2);
            assert.match(
                log.join("\n"),
                /evidence needs the identity of cluster test, the UID of its namespace kube-system: /,
            );
        });
    });
});
