import { strict as assert } from "node:assert";
import { join } from "node:path";

import type { Log } from "sarif";

import type { Body } from "../../../policies/kubernetes/kube";
import { apiServer } from "../../support/api-server";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";
import { mayEverywhere, pod } from "../../policies/paths/manifests";

const PODS = JSON.stringify(
    pod({}, { securityContext: { privileged: true }, ports: [{ containerPort: 80, hostPort: 80 }] }),
);
const CLEAN = JSON.stringify(pod());
const READS_SECRETS = JSON.stringify({ apiVersion: "v1", kind: "List", items: mayEverywhere(["", "secrets", "get"]) });

function paths(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
    return withFiles(files, (folder) =>
        cli(["paths", ...Object.keys(files).map((name) => join(folder, name)), ...args]),
    );
}

describe("hardening paths", () => {
    it("shows each hop with its object, field and technique, and what ends every path", async () => {
        const { code, out } = await paths({ "web.json": PODS }, "--to", "node");
        assert.equal(code, 1);
        assert.match(out, /^1 file: 1 path from the Internet to a node/);
        assert.match(out, /Pod shop\/web: spec\.containers\[0\]\.securityContext\.privileged/);
        assert.match(out, /\(T1611\)/);
        assert.match(
            out,
            /at the least cost: 1 change\n {2}Pod shop\/web: spec\.containers\[0\]\.ports\[0\]\.hostPort\n/,
        );
        assert.match(out, /no-host-ports/);
    });

    it("ends cleanly where there is no path, and says what it can't see all the same", async () => {
        const { code, out } = await paths({ "web.json": CLEAN });
        assert.equal(code, 0);
        assert.match(out, /no path from the Internet to a node or cluster-admin/);
        assert.match(out, /Not seen by this graph:\n {2}Flaws of programs/);
    });

    it("says the same in JSON, with the limits and the cut", async () => {
        const { out } = await paths({ "web.json": PODS }, "--format", "json", "--to", "node", "--reach");
        const report = JSON.parse(out) as Record<string, unknown[]>;
        assert.equal(report["paths"]?.length, 1);
        assert.equal(report["cut"]?.length, 1);
        assert.ok((report["limits"]?.length ?? 0) > 0);
        assert.ok(report["reach"]?.includes("a node"));
    });

    it("draws the paths for Mermaid, with every label quoted", async () => {
        const { out } = await paths({ "web.json": PODS }, "--format", "mermaid", "--to", "node");
        assert.match(out, /^flowchart LR\n/);
        assert.match(out, /n0\["the Internet"\]/);
        assert.match(out, /n1 -->\|"privileged-container T1611"\| n2/);
    });

    it("writes SARIF whose code flow has a step for each hop, and what can't be seen", async () => {
        const { out } = await paths({ "web.json": PODS }, "--format", "sarif", "--to", "node");
        const [run] = (JSON.parse(out) as Log).runs;
        const [result] = run?.results ?? [];
        assert.equal(result?.ruleId, "privileged-container");
        const steps = result.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
        assert.deepEqual(
            steps.map(({ location }) => location?.logicalLocations?.[0]?.name),
            ["Pod shop/web", "Pod shop/web"],
        );
        const notes = run?.invocations?.[0]?.toolExecutionNotifications ?? [];
        assert.ok(notes.some(({ message }) => message.text?.startsWith("Not seen: Flaws of programs")));
        assert.equal(run?.tool.driver.rules?.[result.ruleIndex ?? -1]?.id, "privileged-container");
    });

    it("draws a name that is too long without its middle, whole in the title, and lets nothing through unescaped", async () => {
        const name = `web-${"x".repeat(60)}-end`;
        const evil = JSON.stringify(
            pod(
                {},
                { securityContext: { privileged: true }, ports: [{ containerPort: 80, hostPort: 80 }] },
                { name: `${name}<script>` },
            ),
        );
        for (const format of ["svg", "html"]) {
            const { out } = await paths({ "web.json": evil }, "--format", format, "--to", "node", "--reach");
            assert.match(out, /<title>Pod shop\/web-x+-end&#60;script&#62;<\/title>/);
            assert.match(out, />Pod shop\/web-x+…x*-end&#60;script&#62;<\/text>/);
            assert.ok(!out.includes("end<script>"));
            assert.match(out, /Flaws of programs/);
        }
    });

    it("finds what a user may do, and lists what comes with it", async () => {
        const { code, out } = await paths(
            { "rbac.json": READS_SECRETS, "web.json": CLEAN },
            "--from",
            "user:jane",
            "--to",
            "secrets:shop",
            "--reach",
        );
        assert.equal(code, 1);
        assert.match(out, /can read Secrets through the API/);
        assert.match(out, /\nWithin reach of user jane: \d+\n(?: {2}.*\n)* {2}every Secret of shop\n/);
    });

    it("shows no more paths than are asked for, and says that there are more", async () => {
        const other = JSON.stringify(
            pod(
                {},
                { securityContext: { privileged: true }, ports: [{ containerPort: 81, hostPort: 81 }] },
                { name: "other" },
            ),
        );
        const files = { "web.json": PODS, "other.json": other };
        const both = await paths(files, "--to", "node");
        assert.match(both.out, /^2 files: 2 paths from the Internet to a node\n/);
        const one = await paths(files, "--to", "node", "--count", "1");
        assert.match(one.out, /^2 files: 1 path from the Internet to a node, and there are more\n/);
        assert.match(one.out, /at the least cost: 2 changes\n/);
    });

    it("compares with a former report, and fails for what it had not alone", async () => {
        const other = JSON.stringify(
            pod(
                {},
                { securityContext: { privileged: true }, ports: [{ containerPort: 81, hostPort: 81 }] },
                { name: "other" },
            ),
        );
        await withFiles({ "web.json": PODS, "other.json": other }, async (folder) => {
            const [web, both, former] = [join(folder, "web.json"), folder, join(folder, "former.txt")];
            await cli(["paths", web, "--to", "node", "--format", "json", "--out", former]);
            const same = await cli(["paths", web, "--to", "node", "--baseline", former]);
            assert.equal(same.code, 0, same.log.join("\n"));
            assert.match(same.out, /^1 file: no new path from the Internet to a node\nCompared with .*former\.txt\n/);
            const grown = await cli(["paths", both, "--to", "node", "-b", former]);
            assert.equal(grown.code, 1);
            assert.match(grown.out, /^2 files: 1 new path from the Internet to a node\n/);
            assert.match(grown.out, / {2}the Internet -> Pod shop\/other\n/);
            assert.ok(!grown.out.includes("-> Pod shop/web"));
            const elsewhere = await cli(["paths", web, "--to", "cluster-admin", "--baseline", former]);
            assert.equal(elsewhere.code, 2);
            assert.match(
                elsewhere.log.join("\n"),
                /--baseline .*former\.txt: it is a report on paths from internet to node, and this one is on paths from internet to cluster-admin\n/,
            );
            const lateral = await cli(["paths", web, "--to", "node", "--lateral", "--baseline", former]);
            assert.deepEqual([lateral.code, lateral.log.join().includes(" to node with --lateral")], [2, true]);
            const noReport = await cli(["paths", web, "--baseline", web]);
            assert.equal(noReport.code, 2);
            assert.match(noReport.log.join("\n"), /web\.json: schema is missing; it must be 1\n/);
        });
    });

    it("compares what was asked, however many pods and nodes that comes to", async () => {
        const one = (name: string) => JSON.stringify(pod({}, { securityContext: { privileged: true } }, { name }));
        await withFiles({ "one.json": one("one"), "two.json": one("two") }, async (folder) => {
            const ask = (path: string, ...more: readonly string[]) =>
                cli(["paths", path, "--from", "any-pod", "--to", "node", ...more]);
            const former = join(folder, "former.txt");
            await ask(join(folder, "one.json"), "--format", "json", "--out", former);
            const grown = await ask(folder, "--baseline", former);
            assert.equal(grown.code, 1, grown.log.join("\n"));
            assert.match(grown.out, /^2 files: 1 new path from Pod shop\/one or Pod shop\/two to a node\n/);
            const repeated = await ask(join(folder, "one.json"), "--from", "any-pod", "--baseline", former);
            assert.equal(repeated.code, 0, repeated.log.join("\n"));
        });
    });

    it("draws each place once however many paths pass it, and none upon another", async () => {
        const ports = { ports: [{ containerPort: 80, hostPort: 80 }] };
        const privileged = { securityContext: { privileged: true } };
        const all = ["one", "two", "three"].map((name) => pod({}, { ...privileged, ...ports }, { name }));
        const files = Object.fromEntries(all.map((each, index) => [`${index}.json`, JSON.stringify(each)]));
        const { out } = await paths(files, "--to", "node", "--format", "svg");
        const boxes = [...out.matchAll(/<rect class="box" (x="\d+" y="\d+")/g)].map(([, place]) => place);
        const titles = [...out.matchAll(/<g data-paths="([\d ]+)"><title>(?!can )(.*?)<\/title>/g)];
        const passed = new Map(titles.map(([, numbers, title]) => [title, numbers]));
        const pods = ["Pod shop/one", "Pod shop/three", "Pod shop/two"];
        assert.deepEqual([...passed.keys()].sort(), [...pods, "a node", "the Internet"]);
        assert.deepEqual([passed.get("a node"), passed.get("the Internet")], ["0 1 2", "0 1 2"]);
        assert.deepEqual(pods.map((name) => passed.get(name)).sort(), ["0", "1", "2"]);
        assert.equal(new Set(boxes).size, titles.length);
        assert.equal(out.match(/<polygon class="tip"/g)?.length, 6);
    });

    describe("of a live cluster", () => {
        const served = (...pods: readonly object[]) => [
            { apiVersion: "v1", kind: "Pod", name: "pods", items: pods as Body[] },
            { apiVersion: "v1", kind: "Secret", name: "secrets", refuse: { status: 403, message: "no" } },
        ];
        const privileged = pod(
            {},
            { securityContext: { privileged: true }, ports: [{ containerPort: 80, hostPort: 80 }] },
        );

        async function audit(kinds: Parameters<typeof apiServer>[0], ...args: readonly string[]) {
            const server = await apiServer(kinds);
            const kubeconfig = [
                "current-context: test",
                "contexts: [{name: test, context: {cluster: c}}]",
                `clusters: [{name: c, cluster: {server: "${server.url}"}}]`,
            ].join("\n");
            try {
                return await withFiles({ kubeconfig }, async (folder) => ({
                    ...(await cli(["paths", "--audit", "--kubeconfig", join(folder, "kubeconfig"), ...args])),
                    requests: server.requests,
                }));
            } finally {
                await server.close();
            }
        }

        it("finds a path by reading alone, and says what it could not read", async () => {
            const { code, out, requests } = await audit(served(privileged), "--to", "node");
            assert.equal(code, 1);
            assert.match(out, /^cluster test: 1 path from the Internet to a node\n/);
            assert.match(
                out,
                /Not known, so that paths may be missing \(1\):\n {2}cluster test: can't list secrets: no\n/,
            );
            assert.ok(requests.every((line) => line.startsWith("GET ")));
            assert.equal((await audit(served(pod()), "--to", "node")).code, 0);
        });

        it("says no path of nothing that it could read", async () => {
            const [, refused] = served();
            const { code, log } = await audit(refused === undefined ? [] : [refused]);
            assert.deepEqual([code, log[0]], [2, "error: cluster test: can't list secrets: no"]);
        });

        it("is asked for alone, and a way to a cluster only with it", async () => {
            for (const [args, message] of [
                [["-", "--audit"], "paths needs either --stack NAME, or --audit, or a path, or - for standard input"],
                [["-", "--context", "c"], "--context needs --audit: only then is a cluster read"],
            ] as const) {
                const { code, log } = await cli(["paths", ...args]);
                assert.deepEqual([code, log[0]], [2, `error: ${message}`]);
            }
        });
    });

    it("tells a node from one of the control plane where the attacker is, and takes both for a node where they want to be", async () => {
        const ask = (from: string, to: string) => paths({ "web.json": CLEAN }, "--from", from, "--to", to);
        assert.equal((await ask("node", "cluster-admin")).code, 0);
        assert.equal((await ask("control-plane", "cluster-admin")).code, 1);
        assert.equal((await ask("control-plane", "node")).code, 1);
        const starts = JSON.stringify({ apiVersion: "v1", kind: "List", items: mayEverywhere(["", "pods", "create"]) });
        const reached = await paths({ "pods.json": starts }, "--from", "user:jane", "--to", "control-plane");
        assert.match(reached.out, /-> a node of the control plane/);
    });

    it("says where no change of a manifest ends every path", async () => {
        const ask = (format: string) =>
            paths({ "web.json": CLEAN }, "--from", "control-plane", "--to", "cluster-admin", "--format", format);
        assert.match((await ask("text")).out, /\nNo change of a manifest ends every path: /);
        assert.match((await ask("html")).out, /<h2>No change of a manifest ends every path<\/h2>/);
        assert.equal((JSON.parse((await ask("json")).out) as Record<string, unknown>)["cut"], null);
        const [result] = (JSON.parse((await ask("sarif")).out) as Log).runs[0]?.results ?? [];
        assert.equal(result?.ruleId, "control-plane-keys");
        assert.equal(result.properties, undefined);
    });

    it("follows the network between pods only where that is asked for", async () => {
        const other = JSON.stringify(pod({}, {}, { name: "other", labels: { app: "other" } }));
        const asked = ["--from", "pod:shop/other", "--to", "pod:shop/web"];
        const files = { "web.json": CLEAN, "other.json": other };
        assert.equal((await paths(files, ...asked)).code, 0);
        const { code, out } = await paths(files, ...asked, "--lateral");
        assert.equal(code, 1);
        assert.match(out, /take over a program that listens/);
        assert.match(out, /also whatever the network lets a lost pod reach\./);
    });

    it("says of what it can't judge that paths may be missing", async () => {
        const files = { "web.json": PODS, "kustomization.yaml": "resources: [absent.yaml]\n" };
        for (const format of ["text", "sarif", "html"]) {
            const { out } = await withFiles(files, (folder) =>
                cli(["paths", folder, "--to", "node", "--format", format]),
            );
            assert.match(out, /so that paths may be missing[^]*Kustomization \S+: /, format);
        }
    });

    it("refuses what can't be read, by file and line", async () => {
        const { code, out, log } = await paths({ "web.yaml": "kind: Pod\nmetadata: {\n" });
        assert.equal(code, 2);
        assert.equal(out, "");
        assert.match(log.join("\n"), /web\.yaml:\d+: /);
    });

    it("refuses to look for what the attacker has already, and for what there is none of", async () => {
        const same = await paths({ "web.json": CLEAN }, "--from", "any-pod", "--to", "pod:shop/web");
        assert.equal(same.code, 2);
        assert.match(same.log.join("\n"), /--to pod:shop\/web: the attacker is there already, by --from any-pod/);
        const none = await paths({ "rbac.json": READS_SECRETS }, "--from", "any-pod");
        assert.equal(none.code, 2);
        assert.match(none.log.join("\n"), /--from any-pod: there is none in what was read/);
    });

    it("refuses places that there are not, all at once", async () => {
        const { code, log } = await paths(
            { "web.json": CLEAN },
            "--from",
            "internt",
            "--to",
            "account:shop/wob",
            "--to",
            "pod",
        );
        assert.equal(code, 2);
        const text = log.join("\n");
        assert.match(text, /--from must be one of internet, .*; found "internt"; did you mean "internet"\?/);
        assert.match(text, /--to account:shop\/wob: there is no such account/);
        assert.match(text, /--to pod needs a name: pod:NAMESPACE\/NAME/);
    });

    it("wants a stack or a path, and not both", async () => {
        for (const args of [[], ["--stack", "production", "."]]) {
            const { code, log } = await cli(["paths", ...args]);
            assert.equal(code, 2);
            assert.match(log.join("\n"), /either --stack NAME, or --audit, or a path/);
        }
    });
});
