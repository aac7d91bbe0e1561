import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cli } from "../../support/cli";
import type { KubernetesObject } from "../harness/kubectl";
import { review } from "../support/access-review";
import { uncordonAll } from "../support/nodes";
import { FORBIDDEN_ACCESS, FORBIDDEN_COMMANDS } from "../support/responder-forbidden";
import {
    ACCOUNT,
    actingPolicy,
    bounds,
    externalSecret,
    NAMESPACE,
    namespaces,
    QUARANTINE,
    rights,
    SHOP,
    VAULT,
    workloads,
} from "../support/responder-objects";
import type { Incident, IncidentStatus } from "../support/responder-process";
import { ResponderProcess } from "../support/responder-process";
import { describeOnCluster } from "../support/shared";
import { prepareFor, removeInOrder } from "../support/stack";
import { until } from "../support/until";

const SERVICE_ACCOUNTS = ["system:serviceaccounts", `system:serviceaccounts:${NAMESPACE}`, "system:authenticated"];

const POLICY = actingPolicy(
    "{ workloadFraction: 1, nodeFraction: 1, coolDown: 1s, actionsPerHour: 100 }",
    `  - name: drift
    explanation: The image is not what runs there any more.
    match: { rules: [Drift] }
    actions: [{ type: restart }, { type: terminate }]
  - name: bad-release
    explanation: The release before had none of this.
    match: { rules: [Release] }
    actions: [{ type: rollback }]
  - name: secret
    explanation: The secret has been read by a stranger.
    match: { rules: [Read] }
    actions: [{ type: rotate-secret, secret: tls }]
`,
);

/** The program itself, bundled as in its image, beside a real API server and with the rights that its component gives it. */
describeOnCluster("the responder", "control-plane", (cluster) => {
    let responder: ResponderProcess | undefined;
    let objects: readonly KubernetesObject[] = [];

    const program = (): ResponderProcess => responder ?? assert.fail("it is only there inside tests");

    before(async function () {
        this.timeout(600_000);
        const definition = JSON.parse(
            await readFile("components/responder/security-incident.json", "utf8"),
        ) as KubernetesObject;
        objects = [...namespaces(), ...rights(), ...bounds(), ...workloads()];
        const registration = {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "x" },
        };
        await prepareFor(cluster(), [registration, externalSecret()]);
        for (const group of [[definition], namespaces(), [...rights(), ...workloads()], bounds()]) {
            await until("the objects are taken", async () => {
                const { code, stderr } = await cluster().kubectl.tryApply(group);
                return code === 0 || stderr;
            });
        }
        await until("all replicas are ready", async () => (await readyPods()).length === 3);
        responder = await ResponderProcess.build(cluster(), POLICY);
        await responder.start();
    });

    after(async function () {
        this.timeout(120_000);
        await responder?.remove();
        await uncordonAll(cluster());
        await removeInOrder(cluster(), objects, "leave");
    });

    const send = (rule: string, pod: string, namespace = SHOP): Promise<number> => program().send(rule, pod, namespace);

    /** The incident of a rule, once it is as wanted. */
    const incident = (rule: string, wanted: (status: IncidentStatus) => boolean): Promise<Incident> =>
        program().incident(rule, ({ signals }) => signals.some((signal) => signal.rule === rule), wanted);

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
        ({ actions }: IncidentStatus): boolean =>
            types.every((type) => actions.some((action) => action.type === type && action.state === "done"));

    it("isolates a pod that its controller replaces, cordons the node, and brings both back when a person asks", async () => {
        const [pod] = await readyPods();
        const name = pod?.metadata.name ?? assert.fail();
        const labels = pod?.metadata.labels;
        assert.equal(await send("Shell", name), 200);
        const found = await incident("Shell", done("capture-evidence", "notify", "isolate", "cordon"));
        assert.equal(found.status?.key, `workload Deployment ${SHOP}/web`);
        assert.equal(found.status.phase, "Contained");
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

    it("can't roll back, since it may not change what runs, and says so", async () => {
        await cluster().kubectl.run(["set", "image", "deployment/web", "main=web:2", "-n", SHOP]);
        await cluster().kubectl.run(["rollout", "status", "deployment/web", "-n", SHOP, "--timeout=60s"]);
        const [next] = await readyPods();
        assert.equal(await send("Release", next?.metadata.name ?? ""), 200);
        const found = await incident("Release", ({ actions }) =>
            actions.some(({ type, state }) => type === "rollback" && state === "proposed"),
        );
        assert.equal((await decide(found, "approve")).code, 0);
        const { status } = await incident("Release", ({ actions }) =>
            actions.some(({ type, state }) => type === "rollback" && state === "failed"),
        );
        assert.match(
            status?.actions.find(({ type }) => type === "rollback")?.reason ?? "",
            /User "system:serviceaccount:responder:responder" cannot update resource "deployments"/,
        );
    });

    it("is answered by people through the command, in their own name and with their own rights", async () => {
        const kubeconfig = async (user: string, ...groups: readonly string[]): Promise<string> => {
            const config = JSON.parse(await readFile(cluster().kubeconfig, "utf8")) as { users: { user: object }[] };
            const file = join(program().folder, `${user}.kubeconfig`);
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
        const before = (await program().incidents()).length;
        await program().kill();
        await program().start();
        const pods = await readyPods();
        await until("it takes events", async () => (await send("Shell", pods[1]?.metadata.name ?? "")) === 200);
        assert.ok((await program().incidents()).length >= before);
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
        await Promise.all([program().kill(), ...flood]);
        const recorded = new Set((await program().incidents()).map(({ status }) => status?.key));
        assert.ok(acknowledged.length > 0);
        assert.deepEqual(
            acknowledged.filter((key) => !recorded.has(key)),
            [],
        );
        await program().start();
    });

    it("leaves a pod alone that admission doesn't let it touch, and says so", async () => {
        const [pod] = await cluster().kubectl.list("pods", VAULT, ["-l", "app=web"]);
        assert.equal(await send("Shell", pod?.metadata.name ?? "", VAULT), 200);
        const failed = ({ type, state }: IncidentStatus["actions"][number]): boolean =>
            type === "isolate" && state === "failed";
        const { status } = await program().incident(
            VAULT,
            ({ key }) => key === `workload Deployment ${VAULT}/web`,
            ({ actions }) => actions.some(failed),
        );
        assert.match(
            status?.actions.find(failed)?.reason ?? "",
            /the responder changes nothing in a protected namespace/,
        );
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
            if (program().exited) {
                // Whoever couldn't renew the lease starts anew, as its Deployment has it.
                await program().start();
            }
            return (await send("Away", "web-none").catch(() => 0)) === 200;
        });
        await incident("Away", () => true);
    });

    describe("with its rights", () => {
        for (const [what, args] of FORBIDDEN_COMMANDS) {
            it(`can't ${what}`, async () => {
                const { code, stderr } = await cluster().kubectl.try([`--as=${ACCOUNT}`, ...args]);
                assert.notEqual(code, 0);
                assert.match(stderr, /[Ff]orbidden|denied request|cannot/);
            });
        }

        it("has no way to secrets, to the inside of pods, or to more rights", async () => {
            const asked = ["", NAMESPACE, SHOP, "kube-system"].flatMap((namespace) =>
                FORBIDDEN_ACCESS.map((one) => ({ group: "", ...one, namespace })),
            );
            const who = { user: ACCOUNT, groups: SERVICE_ACCOUNTS };
            const answers = await Promise.all(asked.map((one) => review(cluster(), who, one)));
            assert.deepEqual(
                asked.filter((_, index) => answers[index]),
                [],
            );
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
