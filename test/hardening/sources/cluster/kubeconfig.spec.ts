import { strict as assert } from "node:assert";

import { UsageError } from "../../../../hardening/io";
import type { ConnectionRequest } from "../../../../hardening/sources/cluster/kubeconfig";
import { readConnection } from "../../../../hardening/sources/cluster/kubeconfig";
import { proxyOf } from "../../../../hardening/sources/cluster/proxy";
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
  - {name: viewer, context: {cluster: proxied, user: viewer}}
  - {name: nobody, context: {cluster: two, user: nobody}}
  - {name: basic, context: {cluster: odd, user: basic}}
  - {name: socks, context: {cluster: socks}}
clusters:
  - name: one
    cluster: {server: "https://one:6443/", certificate-authority: ca.pem, tls-server-name: api}
  - {name: two, cluster: {server: "https://two", insecure-skip-tls-verify: true}}
  - {name: ftp, cluster: {server: "ftp://x"}}
  - {name: proxied, cluster: {server: "https://one:6443", proxy-url: "http://proxy:3128"}}
  - {name: odd, cluster: {server: "https://odd", tunnel: x}}
  - {name: socks, cluster: {server: "https://one", proxy-url: "socks5://user:hunter2@proxy"}}
users:
  - name: admin
    user: {client-certificate-data: Y2VydA==, client-key: key.pem, tokenFile: token}
  - name: helper
    user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./helper, args: [fresh], env: [{name: KIND, value: token}]}}
  - {name: broken-helper, user: {exec: {command: ./none}}}
  - {name: old, user: {auth-provider: {name: gcp}}}
  - {name: viewer, user: {token: t, as: viewer, as-uid: "7", as-groups: [a, b], as-user-extra: {"acme.com/x": [y]}}}
  - {name: nobody, user: {token: t, as-groups: [a]}}
  - {name: basic, user: {username: admin, password: hunter2}}
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

describe("proxyOf", () => {
    const cases: readonly [server: string, noProxy: string, direct: boolean][] = [
        ["https://10.1.2.3:6443", "10.0.0.0/8", true],
        ["https://10.1.2.3:6443", "11.0.0.0/8,10.1.2.3", true],
        ["https://10.1.2.3:6443", "10.1.2.3:443", false],
        ["https://10.1.2.3", "2.3", false],
        ["https://[2001:db8::1]:6443", "2001:db8::/32", true],
        ["https://[2001:db8::1]:6443", "[2001:db8::1]:6443", true],
        ["https://api.corp.example", "corp.example", true],
        ["https://api.corp.example", ".corp.example", true],
        ["https://api.corp.example", "*.corp.example", true],
        ["https://corp.example", ".corp.example", false],
        ["https://evilcorp.example", "corp.example", false],
        ["https://127.0.0.1:6443", "", true],
        ["https://[::1]:6443", "", true],
        ["https://localhost:6443", "", true],
        ["https://localhost.example", "", false],
    ];
    for (const [server, NO_PROXY, direct] of cases) {
        it(`${server} with NO_PROXY "${NO_PROXY}" goes ${direct ? "straight" : "through the proxy"}`, () => {
            assert.equal(proxyOf(server, { HTTPS_PROXY: "http://p", NO_PROXY }), direct ? "" : "http://p");
        });
    }
});

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
            [
                'DIR/config: contexts hold no "prod"; known are staging, bare, helper, broken-helper, old, lost, ftp, viewer, nobody, basic, socks',
            ],
        ],
        [
            "an unknown cluster",
            { context: "lost" },
            ['DIR/config: clusters hold no "three"; known are one, two, ftp, proxied, odd, socks'],
        ],
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
        [
            "fields that kubectl might follow and it does not, by name and without their values",
            { context: "basic" },
            [
                "context basic: cluster.tunnel is not supported; supported are server, tls-server-name, insecure-skip-tls-verify, certificate-authority, certificate-authority-data, proxy-url, disable-compression, extensions",
            ],
        ],
        [
            "groups to be in without a user to be",
            { context: "nobody" },
            ["context nobody: as-uid, as-groups and as-user-extra need user.as"],
        ],
        [
            "a proxy of another kind, without showing what signs in to it",
            { context: "socks" },
            ["context socks: a proxy must be an http or https address"],
        ],
        ["a file that is not there", { kubeconfig: "none" }, ["kubeconfig none: does not exist"]],
    ];
    for (const [what, request, faults] of refused) {
        it(`refuses ${what}`, async () => {
            assert.deepEqual(await faultsOf(request), faults);
        });
    }

    it("asks as whom the user's entry says, through the proxy that the cluster's entry says", async () => {
        assert.deepEqual(await read({ context: "viewer" }), {
            name: "viewer",
            server: "https://one:6443",
            insecure: false,
            proxy: "http://proxy:3128",
            token: "t",
            impersonation: {
                "Impersonate-User": "viewer",
                "Impersonate-Uid": "7",
                "Impersonate-Group": ["a", "b"],
                "Impersonate-Extra-acme.com%2Fx": ["y"],
            },
        });
    });

    it("goes through the proxy of the environment, apart from what NO_PROXY names", async () => {
        const proxy = async (context: string, environment: Readonly<Record<string, string>>) =>
            (await read({ context }, environment)).proxy;
        const HTTPS_PROXY = "http://p:1";
        assert.equal(await proxy("bare", { HTTPS_PROXY }), HTTPS_PROXY);
        assert.equal(await proxy("bare", { https_proxy: HTTPS_PROXY }), HTTPS_PROXY);
        assert.equal(await proxy("bare", { HTTP_PROXY: HTTPS_PROXY }), undefined);
        assert.equal(await proxy("viewer", { HTTPS_PROXY, NO_PROXY: "*" }), "http://proxy:3128");
        for (const NO_PROXY of ["*", "two", "a, TWO:443"]) {
            assert.equal(await proxy("bare", { HTTPS_PROXY, NO_PROXY }), undefined, NO_PROXY);
        }
        for (const NO_PROXY of ["wo", ".two", "two:80", "10.0.0.0/8", "2001:db8::/32", "t"]) {
            assert.equal(await proxy("bare", { HTTPS_PROXY, NO_PROXY }), HTTPS_PROXY, NO_PROXY);
        }
    });

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
