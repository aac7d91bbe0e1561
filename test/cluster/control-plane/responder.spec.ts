import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { boundSpec, decisionsSpec, responderBounds } from "../../../components/responder/bounds";
import { CLUSTER_RULES, DENY_LIST, OWN_RULES, RESPONDERS_RULES } from "../../../components/responder/rights";
import { SpiffeHttpsAgent } from "../../../spiffe/src/entry/http.js";
import { authorizeAny, StaticX509Provider, X509BundleSet } from "../../../spiffe/src/index.js";
import { TestCa } from "../../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../../spiffe/test/support/fake-workload-api.js";
import { freePort } from "../../../spiffe/test/support/free-port.js";
import { cli } from "../../support/cli";
import { run } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { describeOnCluster } from "../support/shared";
import { prepareFor, removeInOrder } from "../support/stack";
import { until } from "../support/until";

const NAMESPACE = "responder";
const SHOP = "responder-shop";
const VAULT = "responder-vault";
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:responder`;
const SERVICE_ACCOUNTS = ["system:serviceaccounts", `system:serviceaccounts:${NAMESPACE}`, "system:authenticated"];
const QUARANTINE = "responder.x0tta6bl4.io/quarantine";

const POLICY = `apiVersion: responder.x0tta6bl4.io/v1alpha1
kind: ResponsePolicy
mode: act
guards: { workloadFraction: 1, nodeFraction: 1, coolDown: 1s, actionsPerHour: 100 }
rules:
  - name: shell
    explanation: Nobody needs a shell in there.
    match: { rules: [Shell] }
    actions: [{ type: capture-evidence }, { type: notify }, { type: isolate }, { type: cordon }]
  - name: drift
    explanation: The image is not what runs there any more.
    match: { rules: [Drift] }
    actions: [{ type: restart }, { type: terminate }]
  - name: secret
    explanation: The secret has been read by a stranger.
    match: { rules: [Read] }
    actions: [{ type: rotate-secret, secret: tls }]
`;

interface Incident extends KubernetesObject {
    readonly spec: { readonly decisions?: readonly unknown[] };
    readonly status?: {
        readonly phase: string;
        readonly key: string;
        readonly actions: readonly {
            readonly id: string;
            readonly type: string;
            readonly state: string;
            readonly reason: string;
        }[];
        readonly signals: readonly { readonly rule: string; readonly count: number }[];
    };
}

/** The program itself, bundled as in its image, beside a real API server and with the rights that its component gives it. */
describeOnCluster("the responder", "control-plane", (cluster) => {
    let folder: string;
    let ca: TestCa;
    let identities: FakeWorkloadApi;
    let responder: ChildProcess;
    let port: number;
    let log = "";
    let objects: readonly KubernetesObject[];

    before(async function () {
        this.timeout(600_000);
        folder = await mkdtemp(join(tmpdir(), "responder-"));
        ca = await TestCa.create("example.org");
        identities = await FakeWorkloadApi.start();
        identities.setX509(x509Message([await ca.issue("/ns/responder/sa/responder")], [ca.bundle]));
        const definition = JSON.parse(
            await readFile("components/responder/security-incident.json", "utf8"),
        ) as KubernetesObject;
        objects = [...namespaces(), ...rights(), ...bounds(), ...workloads()];
        const needed = [custom("spire.spiffe.io/v1alpha1", "ClusterSPIFFEID", "x"), externalSecret()];
        await prepareFor(cluster(), needed);
        for (const group of [[definition], namespaces(), [...rights(), ...workloads()], bounds()]) {
            await until("the objects are taken", async () => {
                const { code, stderr } = await cluster().kubectl.apply(group);
                return code === 0 || stderr;
            });
        }
        await until("all replicas are ready", async () => (await readyPods()).length === 3);
        const built = await run(process.execPath, ["responder/build.mjs"]);
        assert.equal(built.code, 0, built.stderr);
        await start();
    });

    after(async function () {
        this.timeout(120_000);
        responder?.kill("SIGKILL");
        await identities?.stop();
        await cluster().kubectl.try(["uncordon", "--all"]);
        await removeInOrder(cluster(), objects ?? [], "leave");
        await rm(folder, { recursive: true, force: true });
    });

    async function start(): Promise<void> {
        port = await freePort();
        await writeFile(join(folder, "policy.yaml"), POLICY);
        const token = (await cluster().kubectl.run(["create", "token", "responder", "-n", NAMESPACE])).trim();
        const admin = JSON.parse(
            await cluster().kubectl.run(["config", "view", "--raw", "--flatten", "-o", "json"]),
        ) as { clusters: unknown[]; contexts: { context: object; name: string }[] };
        const name = "responder";
        const config = {
            apiVersion: "v1",
            kind: "Config",
            clusters: admin.clusters,
            users: [{ name, user: { token } }],
            contexts: admin.contexts.slice(0, 1).map(({ context }) => ({ name, context: { ...context, user: name } })),
            "current-context": name,
        };
        await writeFile(join(folder, "kubeconfig"), JSON.stringify(config), { mode: 0o600 });
        responder = spawn(process.execPath, ["responder/dist/responder.mjs"], {
            env: {
                SPIFFE_ENDPOINT_SOCKET: identities.address,
                RESPONDER_FALCO_SENDERS: "spiffe://example.org/falcosidekick",
                RESPONDER_POLICY: join(folder, "policy.yaml"),
                RESPONDER_NAMESPACE: NAMESPACE,
                RESPONDER_POD: "responder-0",
                RESPONDER_PROTECTED_NAMESPACES: "spire",
                RESPONDER_EVIDENCE: join(folder, "evidence"),
                RESPONDER_KUBECONFIG: join(folder, "kubeconfig"),
                RESPONDER_PORT: String(port),
                RESPONDER_HTTP_PORT: String(await freePort()),
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        const { stdout, stderr } = responder;
        assert.ok(stdout !== null && stderr !== null);
        for (const stream of [stdout, stderr]) {
            stream.setEncoding("utf8").on("data", (part: string) => (log += part));
        }
        log = "";
        await until("the responder leads", async () => {
            assert.equal(responder.exitCode, null, log);
            return Promise.resolve(log.includes('"leads"') || log);
        });
    }

    async function send(rule: string, pod: string, namespace = SHOP): Promise<number> {
        const identity = new StaticX509Provider({
            svid: await ca.issue("/falcosidekick"),
            bundles: new X509BundleSet([ca.bundle]),
        });
        const agent = new SpiffeHttpsAgent(identity, { authorize: authorizeAny() }, { keepAlive: false });
        const body = {
            rule,
            priority: "Critical",
            time: new Date().toISOString(),
            output: `${rule} in ${pod}`,
            output_fields: { "k8s.ns.name": namespace, "k8s.pod.name": pod },
        };
        return new Promise<number>((resolve, reject) => {
            request({ host: "127.0.0.1", port, path: "/falco", method: "POST", agent }, (response) => {
                text(response).then(() => resolve(response.statusCode ?? 0), reject);
            })
                .on("error", reject)
                .end(JSON.stringify(body));
        }).finally(() => agent.destroy());
    }

    async function incidents(): Promise<readonly Incident[]> {
        return (await cluster().kubectl.list("securityincidents", NAMESPACE)) as unknown as readonly Incident[];
    }

    /** The incident of a rule, once it is as wanted. */
    async function incident(
        rule: string,
        done: (status: NonNullable<Incident["status"]>) => boolean,
    ): Promise<Incident> {
        let found: Incident | undefined;
        await until(`the incident of ${rule} is as wanted`, async () => {
            found = (await incidents()).find(({ status }) => status?.signals.some((signal) => signal.rule === rule));
            return (
                (found?.status !== undefined && done(found.status)) ||
                `${JSON.stringify(found?.status?.actions)}\n${log}`
            );
        });
        return found ?? assert.fail();
    }

    async function decide(found: Incident, verdict: string, by = "alice", as = "alice") {
        const decisions = [...(found.spec.decisions ?? []), { id: found.spec.decisions?.length ?? 0, verdict, by }];
        const patch = JSON.stringify({ spec: { decisions } });
        return cluster().kubectl.try([
            ...["patch", "securityincident", found.metadata.name, "-n", NAMESPACE, "--type=merge", "-p", patch],
            ...[`--as=${as}`, "--as-group=responders"],
        ]);
    }

    async function readyPods(): Promise<readonly KubernetesObject[]> {
        const pods = await cluster().kubectl.list("pods", SHOP, ["-l", "app=web"]);
        return pods.filter(
            (pod) =>
                JSON.stringify(pod["status"]).includes('"type":"Ready"') &&
                !JSON.stringify(pod["status"]).includes('"status":"False"'),
        );
    }

    const done =
        (...types: readonly string[]) =>
        ({ actions }: NonNullable<Incident["status"]>): boolean =>
            types.every((type) => actions.some((action) => action.type === type && action.state === "done"));

    it("isolates a pod that its controller replaces, cordons the node, and brings both back when a person asks", async () => {
        const [pod] = await readyPods();
        const name = pod?.metadata.name ?? assert.fail();
        const labels = pod?.metadata.labels;
        assert.equal(await send("Shell", name), 200);
        const found = await incident("Shell", done("capture-evidence", "notify", "isolate", "cordon"));
        assert.equal(found.status?.key, `workload Deployment ${SHOP}/web`);
        assert.equal(found.status?.phase, "Contained");
        const isolated = await cluster().kubectl.get("pod", name, SHOP);
        assert.deepEqual(isolated?.metadata.labels, { [QUARANTINE]: found.metadata.name });
        await until("it is replaced", async () => (await readyPods()).length === 3);
        assert.equal(
            (await cluster().kubectl.list("events", NAMESPACE)).some((event) => event["reason"] === "SecurityIncident"),
            true,
        );

        const forged = await decide(found, "undo", "alice", "mallory");
        assert.match(forged.stderr, /a decision is in the name of whoever makes it/);
        const asked = await decide(found, "undo");
        assert.equal(asked.code, 0, asked.stderr);
        await incident("Shell", ({ actions }) => actions.filter(({ state }) => state === "undone").length === 2);
        const back = await cluster().kubectl.get("pod", name, SHOP);
        // Its controller takes it back, and may end it, since it has been replaced.
        if (back !== undefined && back.metadata.deletionTimestamp === undefined) {
            assert.deepEqual(back.metadata.labels, labels);
        }
        assert.equal(await cluster().kubectl.get("networkpolicy", "responder-quarantine", SHOP), undefined);
        const nodes = await cluster().kubectl.list("nodes");
        assert.ok(nodes.every((node) => !("unschedulable" in (node["spec"] as object))));
    });

    it("restarts and terminates only once a person approves", async () => {
        const pods = await readyPods();
        assert.equal(await send("Drift", pods[0]?.metadata.name ?? ""), 200);
        const found = await incident("Drift", ({ actions }) =>
            actions.some(({ type, state }) => type === "terminate" && state === "proposed"),
        );
        assert.equal((await decide(found, "approve")).code, 0);
        await incident("Drift", done("restart", "terminate"));
        const web = await cluster().kubectl.get("deployment", "web", SHOP);
        assert.match(JSON.stringify(web?.["spec"]), /kubectl.kubernetes.io\/restartedAt/);
        await until("the pod is gone", async () => {
            const left = await cluster().kubectl.get("pod", pods[0]?.metadata.name ?? "", SHOP);
            return left === undefined || left.metadata.uid !== pods[0]?.metadata.uid || "it is there";
        });
    });

    it("is answered by people through the command, in their own name and with their own rights", async () => {
        const kubeconfig = async (user: string, ...groups: readonly string[]): Promise<string> => {
            const config = JSON.parse(await readFile(cluster().kubeconfig, "utf8")) as { users: { user: object }[] };
            const file = join(folder, `${user}.kubeconfig`);
            const users = config.users.map((entry) => ({
                ...entry,
                user: { ...entry.user, as: user, "as-groups": groups },
            }));
            await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
            return file;
        };
        const alice = await kubeconfig("alice", "responders");
        const listed = await cli(["respond", "list", "--kubeconfig", alice, "--format", "json"]);
        assert.equal(listed.code, 0, listed.log.join("\n"));
        const { incidents: all } = JSON.parse(listed.out) as { incidents: { name: string; key: string }[] };
        const { name } = all.find(({ key }) => key === `workload Deployment ${SHOP}/web`) ?? assert.fail(listed.out);
        const acknowledged = await cli(["respond", "ack", name, "--kubeconfig", alice]);
        assert.equal(acknowledged.code, 0, acknowledged.log.join("\n"));
        await until("it is acknowledged", async () => {
            const { out } = await cli(["respond", "show", name, "--kubeconfig", alice]);
            return /acknowledged by alice/.test(out) || out;
        });
        const mallory = await cli(["respond", "ack", name, "--kubeconfig", await kubeconfig("mallory")]);
        assert.equal(mallory.code, 2);
        assert.match(mallory.log.join("\n"), /"mallory" cannot get resource "securityincidents"/);
    });

    it("has a secret read anew", async () => {
        const [pod] = await readyPods();
        assert.equal(await send("Read", pod?.metadata.name ?? ""), 200);
        await incident("Read", done("rotate-secret"));
        assert.match(
            (await cluster().kubectl.get("externalsecret", "tls", SHOP))?.metadata.annotations?.["force-sync"] ?? "",
            /^\d+$/,
        );
    });

    it("goes on after it was killed, with every incident it had acknowledged", async function () {
        this.timeout(180_000);
        const before = (await incidents()).length;
        responder.kill("SIGKILL");
        await once(responder, "exit");
        await start();
        const pods = await readyPods();
        await until("it takes events", async () => (await send("Shell", pods[1]?.metadata.name ?? "")) === 200);
        assert.ok((await incidents()).length >= before);
    });

    it("has every event that it has acknowledged, though it is killed in the middle of a flood", async function () {
        this.timeout(180_000);
        const acknowledged: string[] = [];
        const flood = Array.from({ length: 60 }, async (_, index) => {
            if ((await send("Flood", `none-${index}`).catch(() => 0)) === 200) {
                acknowledged.push(`pod ${SHOP}/none-${index}`);
            }
        });
        await Promise.race(flood);
        responder.kill("SIGKILL");
        await Promise.all([once(responder, "exit"), ...flood]);
        const recorded = new Set((await incidents()).map(({ status }) => status?.key));
        assert.ok(acknowledged.length > 0);
        assert.deepEqual(
            acknowledged.filter((key) => !recorded.has(key)),
            [],
        );
        await start();
    });

    it("leaves a pod alone that admission doesn't let it touch, and says so", async () => {
        const [pod] = await cluster().kubectl.list("pods", VAULT, ["-l", "app=web"]);
        assert.equal(await send("Shell", pod?.metadata.name ?? "", VAULT), 200);
        let refused: string | undefined;
        await until("isolating has failed", async () => {
            const found = (await incidents()).find(({ status }) => status?.key === `workload Deployment ${VAULT}/web`);
            refused = found?.status?.actions.find(
                ({ type, state }) => type === "isolate" && state === "failed",
            )?.reason;
            return refused !== undefined || `${JSON.stringify(found?.status?.actions)}\n${log}`;
        });
        assert.match(refused ?? "", /the responder changes nothing in a protected namespace/);
        assert.equal(
            (await cluster().kubectl.get("pod", pod?.metadata.name ?? "", VAULT))?.metadata.labels?.["app"],
            "web",
        );
    });

    it("acknowledges nothing while the API server is away, and records again when it is back", async function () {
        this.timeout(300_000);
        const server = cluster().component("kube-apiserver");
        await server.stop("SIGKILL");
        const [status] = await Promise.all([send("Away", "web-none")]);
        assert.equal(status, 503);
        await cluster().restart("kube-apiserver");
        await until("it records again", async () => {
            if (responder.exitCode !== null) {
                // Whoever couldn't renew the lease starts anew, as its Deployment has it.
                await start();
            }
            return (await send("Away", "web-none").catch(() => 0)) === 200;
        });
        await incident("Away", () => true);
    });

    describe("with its rights", () => {
        for (const [what, args] of [
            ["change what a pod runs", ["set", "image", "pod/vault", "main=evil", "-n", SHOP]],
            ["label pods that are not in quarantine", ["label", "pod", "vault", "x=y", "-n", SHOP]],
            ["touch a protected namespace", ["label", "pod", "vault", `${QUARANTINE}=x`, "-n", VAULT]],
            ["delete its own pods, or those of a protected namespace", ["delete", "pod", "vault", "-n", VAULT]],
            ["change a workload's image", ["set", "image", "deployment/web", "main=evil", "-n", SHOP]],
            ["taint or label a node", ["label", "node", "--all", "x=y"]],
            ["read a secret", ["get", "secrets", "-n", SHOP]],
            ["run a command in a pod", ["exec", "vault", "-n", SHOP, "--", "sh"]],
            ["bind a role", ["create", "clusterrolebinding", "x", "--clusterrole=cluster-admin", `--user=${ACCOUNT}`]],
            ["make pods", ["run", "x", "--image=x", "-n", SHOP]],
        ] as const) {
            it(`can't ${what}`, async () => {
                const { code, stderr } = await cluster().kubectl.try([`--as=${ACCOUNT}`, ...args]);
                assert.notEqual(code, 0);
                assert.match(stderr, /[Ff]orbidden|denied request|cannot/);
            });
        }

        it("has no way to secrets, to the inside of pods, or to more rights", async () => {
            const attributes = [
                ...["get", "list", "watch"].map((verb) => ({ verb, resource: "secrets" })),
                ...["create", "get"].flatMap((verb) =>
                    ["exec", "attach", "portforward", "proxy", "ephemeralcontainers"].map((subresource) => ({
                        verb,
                        resource: "pods",
                        subresource,
                    })),
                ),
                { verb: "get", resource: "nodes", subresource: "proxy" },
                { verb: "create", resource: "serviceaccounts", subresource: "token" },
                { verb: "impersonate", resource: "users" },
                ...["bind", "escalate", "update", "patch", "create"].flatMap((verb) =>
                    ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map((resource) => ({
                        verb,
                        resource,
                        group: "rbac.authorization.k8s.io",
                    })),
                ),
                { verb: "*", resource: "*", group: "*" },
                { verb: "create", resource: "pods" },
                { verb: "patch", resource: "securityincidents", group: "responder.x0tta6bl4.io" },
            ];
            const items = [undefined, NAMESPACE, SHOP, "kube-system"].flatMap((namespace) =>
                attributes.map((one) => ({
                    apiVersion: "authorization.k8s.io/v1",
                    kind: "SubjectAccessReview",
                    spec: { user: ACCOUNT, groups: SERVICE_ACCOUNTS, resourceAttributes: { ...one, namespace } },
                })),
            );
            const answers = await Promise.all(
                items.map((item) =>
                    cluster().request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", item),
                ),
            );
            const allowed = answers.flatMap(({ text: answer }, index) =>
                (JSON.parse(answer) as { status: { allowed: boolean } }).status.allowed
                    ? [items[index]?.spec.resourceAttributes]
                    : [],
            );
            assert.deepEqual(allowed, []);
        });

        it("can't open the network", async () => {
            for (const [name, ingress] of [
                ["responder-quarantine", [{}]],
                ["open", []],
            ] as const) {
                const policy = {
                    apiVersion: "networking.k8s.io/v1",
                    kind: "NetworkPolicy",
                    metadata: { name, namespace: SHOP },
                    spec: {
                        podSelector: { matchExpressions: [{ key: QUARANTINE, operator: "Exists" }] },
                        policyTypes: ["Ingress", "Egress"],
                        ingress,
                    },
                };
                const { stderr } = await cluster().kubectl.try(["create", "-f", "-", `--as=${ACCOUNT}`], {
                    input: JSON.stringify(policy),
                });
                assert.match(stderr, /the responder's network policies open nothing/);
            }
        });
    });
});

function namespaces(): readonly KubernetesObject[] {
    return [NAMESPACE, SHOP, VAULT].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

function rights(): readonly KubernetesObject[] {
    const group = "rbac.authorization.k8s.io";
    const apiVersion = `${group}/v1`;
    const subject = [{ kind: "ServiceAccount", name: "responder", namespace: NAMESPACE }];
    const people = [{ kind: "Group", name: "responders", apiGroup: group }];
    const role = (kind: string, name: string, rules: unknown, subjects: unknown): readonly KubernetesObject[] => {
        const metadata = { name, ...(kind === "Role" && { namespace: NAMESPACE }) };
        return [
            { apiVersion, kind, metadata, rules },
            { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef: { apiGroup: group, kind, name } },
        ];
    };
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "responder", namespace: NAMESPACE } },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: DENY_LIST, namespace: NAMESPACE }, data: {} },
        ...role("ClusterRole", "responder", CLUSTER_RULES, subject),
        ...role("Role", "responder", OWN_RULES, subject),
        ...role("Role", "responders", RESPONDERS_RULES, people),
    ];
}

function bounds(): readonly KubernetesObject[] {
    const apiVersion = "admissionregistration.k8s.io/v1";
    const specs: readonly (readonly [string, unknown])[] = [
        ...responderBounds(NAMESPACE, ["kube-system", "spire", VAULT]).map(
            (bound) => [bound.name, boundSpec(bound, ACCOUNT)] as const,
        ),
        ["responder-decisions", decisionsSpec()],
    ];
    return specs.flatMap(([name, spec]) => [
        { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec },
        {
            apiVersion,
            kind: "ValidatingAdmissionPolicyBinding",
            metadata: { name },
            spec: { policyName: name, validationActions: ["Deny"] },
        },
    ]);
}

function custom(apiVersion: string, kind: string, name: string): KubernetesObject {
    return { apiVersion, kind, metadata: { name } };
}

function externalSecret(): KubernetesObject {
    return {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: "tls", namespace: SHOP },
        spec: {
            secretStoreRef: { name: "none", kind: "SecretStore" },
            target: { name: "tls" },
            data: [{ secretKey: "a", remoteRef: { key: "a" } }],
        },
    };
}

function workloads(): readonly KubernetesObject[] {
    const labels = { app: "web" };
    const pod = { containers: [{ name: "main", image: "web:1" }] };
    const single = (namespace: string): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "vault", namespace },
        spec: pod,
    });
    const deployment = (namespace: string): KubernetesObject => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace },
        spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    });
    return [deployment(SHOP), deployment(VAULT), single(SHOP), single(VAULT), externalSecret()];
}
