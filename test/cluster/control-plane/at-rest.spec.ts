import assert from "node:assert/strict";

import { request } from "../harness/api";
import { describeOnCluster } from "../support/shared";
import { runCheck } from "../support/verification";

const NAME = "stored-before-encryption";

describeOnCluster("what is behind a real API server", "control-plane", (cluster) => {
    /** What a check says, of each subject. */
    async function said(name: string): Promise<Readonly<Record<string, string>>> {
        const { verdicts } = await runCheck(cluster(), "staging", [], name);
        return Object.fromEntries(verdicts.map(({ subject, status, message }) => [subject, `${status}: ${message}`]));
    }

    /** A call of etcd's KV service, past the API server. */
    async function etcd(method: string, name: string, value?: string): Promise<void> {
        const { authority, ports } = cluster().plane;
        const target = { port: ports.etcd, authority, pair: authority.pair("apiserver-etcd-client") };
        const base64 = (text: string): string => Buffer.from(text).toString("base64");
        const body = {
            key: base64(`/registry/secrets/default/${name}`),
            ...(value !== undefined && { value: base64(value) }),
        };
        assert.equal((await request(target, "POST", `/v3/kv/${method}`, body)).status, 200);
    }

    it("holds every Secret encrypted, over several pages; one that is not is found by its name", async function () {
        this.timeout(120_000);
        const secrets = Array.from({ length: 120 }, (_, index) => ({
            ...{ apiVersion: "v1", kind: "Secret", metadata: { name: `at-rest-${index}`, namespace: "default" } },
            stringData: { password: "hunter2" },
        }));
        await cluster().kubectl.apply(secrets);
        const CHECK = "secrets-encrypted-at-rest";
        const all = await said(CHECK);
        const [, count = "0"] = /^proved: holds (\d+) Secrets, all of them encrypted$/.exec(all["etcd"] ?? "") ?? [];
        assert.ok(Number(count) >= 120, all["etcd"]);
        assert.match(all["API server"] ?? "", /^proved: has encrypted all Secrets that it has stored/);
        await etcd("put", NAME, "k8s\0 as it is");
        try {
            assert.equal((await said(CHECK))["etcd"], `failed: holds Secrets without encryption: default/${NAME}`);
        } finally {
            await etcd("deleterange", NAME);
        }
        assert.match((await said(CHECK))["etcd"] ?? "", /^proved/);
    });

    it("keeps the event of a request that nobody has made before", async function () {
        this.timeout(60_000);
        assert.match(
            (await said("audit-events-written"))["API server"] ?? "",
            /^proved: .* the one of a request for Secret default\/hardening-verify-\S+ has arrived in the log$/,
        );
    });
});
