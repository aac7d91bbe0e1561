import { strict as assert } from "node:assert";

import { UsageError } from "../../../../hardening/io";
import type { ConnectionRequest } from "../../../../hardening/sources/cluster/kubeconfig";
import { readConnection } from "../../../../hardening/sources/cluster/kubeconfig";
import { withFiles } from "../../../support/files";

const CONFIG = `apiVersion: v1
kind: Config
current-context: staging
contexts:
  - {name: staging, context: {cluster: one, user: admin}}
  - {name: bare, context: {cluster: two}}
  - {name: helper, context: {cluster: one, user: helper}}
  - {name: broken-helper, context: {cluster: one, user: broken-helper}}
  - {name: old, context: {cluster: one, user: old}}
  - {name: lost, context: {cluster: three}}
  - {name: ftp, context: {cluster: ftp}}
clusters:
  - name: one
    cluster: {server: "https://one:6443/", certificate-authority: ca.pem, tls-server-name: api}
  - {name: two, cluster: {server: "https://two", insecure-skip-tls-verify: true}}
  - {name: ftp, cluster: {server: "ftp://x"}}
users:
  - name: admin
    user: {client-certificate-data: Y2VydA==, client-key: key.pem, tokenFile: token}
  - name: helper
    user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./helper, args: [fresh], env: [{name: KIND, value: token}]}}
  - {name: broken-helper, user: {exec: {command: ./none}}}
  - {name: old, user: {auth-provider: {name: gcp}}}
`;
const HELPER = '#!/bin/sh\nprintf \'{"status": {"%s": "%s"}}\' "$KIND" "$1"\n';
const FILES = { config: CONFIG, "ca.pem": "ca", "key.pem": "key", token: "t0ken\n", helper: HELPER };

function read(request: ConnectionRequest, environment = {}, files: Readonly<Record<string, string>> = FILES) {
    return withFiles(files, async (folder) => {
        const { chmodSync, existsSync } = await import("node:fs");
        if (existsSync(`${folder}/helper`)) {
            chmodSync(`${folder}/helper`, 0o755);
        }
        return readConnection({ kubeconfig: `${folder}/config`, ...request }, environment);
    });
}

async function faultsOf(
    request: ConnectionRequest,
    files?: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
    try {
        await read(request, {}, files);
        return [];
    } catch (error) {
        assert.ok(error instanceof UsageError);
        return error.faults.map((fault) => fault.replace(/\S*hardening-test-\w+/g, "DIR"));
    }
}

describe("readConnection", () => {
    it("reads the current context with certificate, key, token and authority", async () => {
        assert.deepEqual(await read({}), {
            name: "staging",
            server: "https://one:6443",
            ca: Buffer.from("ca"),
            serverName: "api",
            insecure: false,
            cert: Buffer.from("cert"),
            key: Buffer.from("key"),
            token: "t0ken",
        });
    });

    it("reads the context that is named", async () => {
        assert.deepEqual(await read({ context: "bare" }), { name: "bare", server: "https://two", insecure: true });
    });

    it("asks a credential helper", async () => {
        assert.equal((await read({ context: "helper" })).token, "fresh");
    });

    it("merges the files of KUBECONFIG, where the first that has a name wins", async () => {
        const files = {
            a: "current-context: c\nclusters: [{name: k, cluster: {server: https://first}}]\n",
            b: "contexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: https://second}}]\n",
        };
        await withFiles(files, (folder) => {
            const environment = { KUBECONFIG: `${folder}/none:${folder}/a:${folder}/b` };
            assert.equal(readConnection({}, environment).server, "https://first");
        });
    });

    const refused: readonly [what: string, request: ConnectionRequest, faults: readonly string[]][] = [
        [
            "an unknown context",
            { context: "prod" },
            ['DIR/config: contexts hold no "prod"; known are staging, bare, helper, broken-helper, old, lost, ftp'],
        ],
        ["an unknown cluster", { context: "lost" }, ['DIR/config: clusters hold no "three"; known are one, two, ftp']],
        [
            "another protocol",
            { context: "ftp" },
            ['context ftp: the cluster\'s server must be an http or https address, found "ftp://x"'],
        ],
        [
            "a way to sign in that is gone",
            { context: "old" },
            ["context old: auth-provider is gone from Kubernetes since 1.26; use exec"],
        ],
        [
            "a helper that fails",
            { context: "broken-helper" },
            ["context broken-helper: the credential helper ./none failed (ENOENT)"],
        ],
        ["a file that is not there", { kubeconfig: "none" }, ["kubeconfig none: does not exist"]],
    ];
    for (const [what, request, faults] of refused) {
        it(`refuses ${what}`, async () => {
            assert.deepEqual(await faultsOf(request), faults);
        });
    }

    it("quotes nothing of a file that it can't read, because that holds credentials", async () => {
        assert.deepEqual(await faultsOf({}, { config: "users:\n  - token: hunter2\n :x" }), [
            "kubeconfig DIR/config: is not valid YAML",
        ]);
    });

    it("says what to do where there is no kubeconfig", () => {
        assert.throws(
            () => readConnection({}, { HOME: "/nonexistent" }),
            /^UsageError: no kubeconfig: name one with --kubeconfig or the variable KUBECONFIG$/,
        );
    });
});
