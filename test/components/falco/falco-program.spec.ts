import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { load } from "js-yaml";

import { AUDIT_CERTIFICATE, AUDIT_PORT, falcoConfig, PATHS, WEB_PORT } from "../../../components/falco/config";
import type { RuleAdditions } from "../../../components/falco/shipped";
import { ruleFiles } from "../../../components/falco/shipped";
import { toYaml } from "../../../components/yaml";
import { freePort } from "../../../spiffe/test/support/free-port.js";
import { until } from "../../cluster/support/until";
import { FALCO_PATHS, falcoRoot, missingOfFalco } from "../../support/falco";
import { withFiles } from "../../support/files";

/*
 * Falco itself on what the component deploys. On a real node, with the probe in the kernel: test/cluster/full/falco.spec.ts.
 */

const note = missingOfFalco.length === 0 ? "" : ` (skipped: missing: ${missingOfFalco.join(", ")})`;
const root = falcoRoot ?? "";
const PLUGINS = join(root, FALCO_PATHS.container, "..");
const missingOfAudit = ["libk8saudit.so", "libjson.so"].filter((file) => !existsSync(join(PLUGINS, file)));
const auditNote =
    note !== "" || missingOfAudit.length === 0 ? note : ` (skipped: missing: ${missingOfAudit.join(", ")})`;

type Source = "syscall" | "k8s_audit";

/** What a stack adds to the rules. */
const ADDITIONS: RuleAdditions = {
    namespaces: {
        applications: ["shop"],
        foundation: ["spire", "falco"],
        secrets: [],
        falco: ["falco"],
        metadata: [],
        secretDirectories: ["/etc/shop-tls"],
        applicationImages: [],
        ports: { shop: [53, 9090] },
    },
    applicationImages: ["registry.example.org/shop"],
    workloadImages: [],
    foundationImages: [],
    probeImages: [],
    clusterWide: { metadata: false, miningPorts: false },
};

/** The configuration and the rules of a source as files, with the paths of this machine instead of those in the pod. */
function files(source: Source, change: (config: string) => string = (config) => config): Record<string, string> {
    const config = toYaml(
        falcoConfig(
            source === "syscall"
                ? {
                      source,
                      runtimeSocket: "/run/containerd/containerd.sock",
                      bufferSize: 4,
                      outputUrl: "https://sidekick.example:2801/",
                  }
                : { source, pluginDirectory: PLUGINS },
        ),
    )
        .replaceAll("library_path: libcontainer.so", `library_path: ${PLUGINS}/libcontainer.so`)
        .replaceAll(FALCO_PATHS.rules, join(root, FALCO_PATHS.rules))
        .replaceAll(PATHS.rules, "rules");
    const rules = ruleFiles(source, ADDITIONS).map(({ name, text }): [string, string] => [`rules/${name}`, text]);
    return { "falco.yaml": change(config), ...Object.fromEntries(rules) };
}

interface LoadResult {
    readonly name: string;
    readonly successful: boolean;
    readonly schema_valid: boolean;
    readonly warnings: readonly { readonly code: string; readonly context?: unknown }[];
}

/** What Falco says of a configuration and its rules, each rule file read after those before it. */
async function validated(
    source: Source,
    content: Readonly<Record<string, string>>,
): Promise<{ readonly text: string; readonly results: readonly LoadResult[] }> {
    return withFiles(content, (folder) => {
        const rules = Object.keys(content).filter((name) => name.startsWith("rules/"));
        const all = source === "syscall" ? [join(root, FALCO_PATHS.rules), ...rules] : rules;
        const run = spawnSync("falco", ["-c", "falco.yaml", ...all.flatMap((file) => ["-V", file])], {
            cwd: folder,
            encoding: "utf8",
        });
        const [json] = /^\{"falco_load_results".*$/m.exec(run.stdout) ?? assert.fail(run.stdout + run.stderr);
        return {
            text: run.stdout + run.stderr,
            results: (JSON.parse(json) as { falco_load_results: LoadResult[] }).falco_load_results,
        };
    });
}

for (const [source, why] of [
    ["syscall", note],
    ["k8s_audit", auditNote],
] as const) {
    describe(`Falco on its configuration and rules for ${source}${why}`, () => {
        before(function () {
            if (why !== "") {
                this.skip();
            }
        });

        it("finds nothing to say of the configuration", async () => {
            const { text } = await validated(source, files(source));
            assert.match(text, /falco\.yaml \| schema validation: ok$/m);
        });

        it("takes every rule file, and has no word left over once all are read", async () => {
            const { results } = await validated(source, files(source));
            assert.deepEqual(
                results.filter(({ successful, schema_valid }) => !successful || !schema_valid),
                [],
            );
            assert.deepEqual(results.at(-1)?.warnings, []);
        });

        it("refuses a field that there is none of, in the configuration and in a rule", async () => {
            const broken = files(source, (config) => `${config}\nrules_fils: []\n`);
            assert.match((await validated(source, broken)).text, /schema validation: failed/);
            const condition = "evt.nosuchfield = 1";
            const rule = [{ rule: "broken", desc: "d", condition, output: "o", priority: "NOTICE", source }];
            const { results } = await validated(source, { ...files(source), "rules/99-z.yaml": toYaml(rule) });
            assert.equal(results.at(-1)?.successful, false);
        });
    });
}

/** An event of the API server's audit log, as far as the rules look. */
function event(change: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return {
        kind: "Event",
        apiVersion: "audit.k8s.io/v1",
        level: "RequestResponse",
        auditID: "00000000-0000-0000-0000-000000000000",
        stage: "ResponseComplete",
        requestURI: "/",
        userAgent: "kubectl",
        sourceIPs: ["192.0.2.1"],
        user: { username: "person" },
        responseStatus: { code: 200 },
        requestReceivedTimestamp: new Date().toISOString(),
        stageTimestamp: new Date().toISOString(),
        ...change,
    };
}

const EXEC = {
    verb: "create",
    objectRef: { resource: "pods", subresource: "exec", namespace: "spire", name: "spire-server-0" },
};
const BUNDLE = {
    verb: "update",
    objectRef: { resource: "configmaps", namespace: "spire", name: "spire-bundle" },
};
const TOKEN = {
    verb: "create",
    objectRef: { resource: "serviceaccounts", subresource: "token", namespace: "spire", name: "spire-agent" },
};
const ENTRY = { verb: "create", objectRef: { resource: "clusterspiffeids", name: "one" } };
const SECRET = { verb: "get", objectRef: { resource: "secrets", namespace: "spire", name: "s" } };

/** What happened, and the rule that must see it; none where it is as it should be. */
const AUDITED: readonly (readonly [what: string, change: Readonly<Record<string, unknown>>, rule?: string])[] = [
    ["a command in a guarded pod", EXEC, "Command run inside a guarded pod"],
    ["a command in another pod", { ...EXEC, objectRef: { ...EXEC.objectRef, namespace: "default" } }],
    ["a command that was refused", { ...EXEC, responseStatus: { code: 403 } }],
    ["the trust bundle, by a person", BUNDLE, "Trust bundle changed by other than the SPIRE server"],
    ["the trust bundle, by SPIRE", { ...BUNDLE, user: { username: "system:serviceaccount:spire:spire-server" } }],
    ["an agent's token, for a person", TOKEN, "Token of the SPIRE agent requested by other than a kubelet"],
    ["an agent's token, for a kubelet", { ...TOKEN, user: { username: "system:node:node-1" } }],
    [
        "an entry with rights",
        { ...ENTRY, requestObject: { spec: { admin: true } } },
        "Registration that grants more than an identity",
    ],
    ["an entry without", { ...ENTRY, requestObject: { spec: {} } }],
    ["a secret, by a controller", { ...SECRET, user: { username: "system:serviceaccount:a:b" } }],
    // Last, so that what came before has been judged once this is there.
    ["a secret, by a person", SECRET, "Secret read by a person"],
];

describe(`Falco on the API server's audit log${auditNote}`, () => {
    before(function () {
        if (auditNote !== "") {
            this.skip();
        }
    });

    it("alerts over its webhook of what the rules are about, and of nothing else", async function () {
        this.timeout(60_000);
        const [port, web] = [await freePort(), await freePort()];
        const content = files("k8s_audit", (config) =>
            config
                .replaceAll(AUDIT_CERTIFICATE, "server.pem")
                .replaceAll(`:${AUDIT_PORT}/`, `:${port}/`)
                .replaceAll(`listen_port: ${WEB_PORT}`, `listen_port: ${web}`),
        );
        await withFiles(content, async (folder) => {
            const pem = join(folder, "server.pem");
            const made = spawnSync("openssl", [
                ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"],
                ...["-keyout", pem, "-out", join(folder, "server.crt")],
            ]);
            assert.equal(made.status, 0, String(made.stderr));
            appendFileSync(pem, readFileSync(join(folder, "server.crt")));
            const falco = spawn("falco", ["-c", "falco.yaml"], { cwd: folder });
            let said = "";
            falco.stdout.on("data", (chunk) => (said += String(chunk)));
            falco.stderr.on("data", (chunk) => (said += String(chunk)));
            try {
                await until("Falco takes an audit log", async () => (await posted(port, [])) || said);
                assert.equal(
                    await posted(
                        port,
                        AUDITED.map(([, change]) => event(change)),
                    ),
                    true,
                );
                const wanted = AUDITED.flatMap(([, , rule]) => rule ?? []).sort();
                const alerts = (): readonly string[] =>
                    [...said.matchAll(/^\{.*"rule":.*$/gm)]
                        .map(([line]) => (load(line) as { rule: string }).rule)
                        .sort();
                await until("every alert is there", async () =>
                    Promise.resolve(alerts().length >= wanted.length || said),
                );
                assert.deepEqual(alerts(), wanted);
            } finally {
                falco.kill("SIGKILL");
            }
        });
    });
});

/** Sends events as the API server's webhook would; whether they were taken. */
async function posted(port: number, items: readonly object[]): Promise<boolean> {
    const body = JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items });
    return new Promise((resolve) => {
        const call = request(
            // Its certificate is one of this test's own making, and this is loopback.
            { host: "127.0.0.1", port, path: "/k8s-audit", method: "POST", rejectUnauthorized: false },
            (response) => {
                response.resume();
                resolve(response.statusCode === 200);
            },
        );
        call.on("error", () => resolve(false));
        call.setHeader("Content-Type", "application/json");
        call.end(body);
    });
}
