import assert from "node:assert/strict";

import type { Cluster } from "../harness/cluster";
import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { callsOf, halvesAnswer, podsOf, PROBES } from "../support/canary";
import { stagingOnNode } from "../support/deployed";
import { startPacketFilter } from "../support/packet-filter";
import { prometheus, startPrometheus } from "../support/prometheus";
import { rehearse } from "../support/rehearsal";
import { describeOnCluster } from "../support/shared";
import { rolledOut, WORKLOADS } from "../support/stack";
import { followRunbooks } from "../support/spire-runbooks";
import { activeAuthority, spireServer } from "../support/spire-server";
import { missingOfSpire } from "../support/stack-images";
import { CANARY, PLATFORM, type StagingOnNode } from "../support/staging-on-node";
import { until } from "../support/until";
import { runCheck } from "../support/verification";

const IDENTITY = "spiffe://staging.x0tta6bl4.io/ns/x0tta6bl4-staging/sa/x0tta6bl4";
const CLIENT = "identity-probe";
/** By which the stack's entry selects the platform's pods. */
const LABELS = { "spiffe.x0tta6bl4.io/identity": "x0tta6bl4" };

/** A pod under `restricted` that prints every identity the Workload API gives it. */
function client(image: string, name: string, labels: Record<string, string>): KubernetesObject {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: PLATFORM, labels },
        spec: {
            serviceAccountName: "x0tta6bl4",
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "client",
                    image,
                    imagePullPolicy: "Always",
                    command: ["/opt/spire/bin/spire-agent", "api", "watch"],
                    args: ["-socketPath", "/run/spiffe/workload/spire-agent.sock"],
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        readOnlyRootFilesystem: true,
                        capabilities: { drop: ["ALL"] },
                    },
                    volumeMounts: [{ name: "spiffe", mountPath: "/run/spiffe/workload", readOnly: true }],
                },
            ],
            volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } }],
        },
    };
}

const note = missingOfSpire.length === 0 ? "" : ` (skipped: not on PATH: ${missingOfSpire.join(", ")})`;

const noPrometheus = prometheus === undefined ? " (skipped: prometheus is not on PATH)" : "";

describeOnCluster(`SPIRE on a real node${note}`, "full", (cluster) => {
    let stack: StagingOnNode;

    before(async function () {
        if (missingOfSpire.length > 0) {
            this.skip();
        }
        this.timeout(600_000);
        stack = await stagingOnNode(cluster(), "real");
    });

    /** Waits until workloads, as `namespace/name`, are rolled out. */
    async function settled(...names: readonly string[]): Promise<void> {
        const workloads = stack.objects.filter(({ kind }) => WORKLOADS.has(kind));
        for (const name of names) {
            const workload = workloads.find(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}` === name);
            await rolledOut(cluster(), workload ?? assert.fail(`there is no ${name}`), 200);
        }
    }

    it("attests the agent over k8s_psat and verifies the kubelet", async function () {
        this.timeout(400_000);
        await settled("spire/spire-server", "spire/spire-agent", "spire/spiffe-csi-driver");
        // A kubelet that found the driver not ready yet asks again.
        await until("the kubelet took the CSI driver", async () =>
            Promise.resolve(stack.identity.registered() === true),
        );
        const agents = await spireServer(cluster(), "agent", "list", "-output", "json");
        const { agents: list } = JSON.parse(agents) as { agents: { attestation_type: string; id: { path: string } }[] };
        assert.deepEqual(
            list.map(({ attestation_type, id }) => [attestation_type, id.path.replace(/[^/]+$/, "<node>")]),
            [["k8s_psat", "/spire/agent/k8s_psat/staging/<node>"]],
        );
    });

    it("publishes the bundle into its ConfigMap", async () => {
        const bundle = await cluster().kubectl.get("configmap", "spire-bundle", "spire");
        assert.match((bundle?.["data"] as { "bundle.crt": string })["bundle.crt"], /^-----BEGIN CERTIFICATE-----/);
    });

    /** Starts a client in the platform's namespace, by the agent's own image. */
    async function start(name: string, labels: Record<string, string>): Promise<void> {
        const [agent] = await podsOf(cluster(), "spire/spire-agent");
        const image = agent?.spec.containers[0]?.image ?? assert.fail("no agent runs");
        await cluster().kubectl.apply([client(image, name, labels)]);
    }

    /** True once a pod's log holds a text; the log until then. */
    async function saidBy(pod: string, text: string): Promise<boolean | string> {
        const said = await logs(cluster(), pod);
        return said.includes(text) || said;
    }

    it("gives a pod under restricted its identity through the CSI volume, by the entry of the stack", async function () {
        this.timeout(180_000);
        await start(CLIENT, LABELS);
        await until(`${CLIENT} has its identity`, async () => saidBy(CLIENT, IDENTITY), { seconds: 150 });
    });

    it("gives the halves of the canary theirs: mutual TLS between namespaces, by post-quantum key exchange", async function () {
        this.timeout(240_000);
        await settled(`${CANARY}/canary`, `${PLATFORM}/canary`);
        await halvesAnswer(cluster());
    });

    /** What the probe proves in a pod of one half, with the echo of a half as its peer. */
    async function proofs(half: string, peer: string): Promise<Readonly<Record<string, boolean>>> {
        const script = [
            `process.env.PROBE_PEERS = "https://canary.${peer}.svc:8443"`,
            'process.env.PROBE_FORBIDDEN = ""',
            'import("/app/probe.mjs")',
        ];
        const command = ["/app/node", "--eval", script.join(";"), "probe", "--once"];
        const { stdout, stderr } = await cluster().kubectl.try([
            "exec",
            "-n",
            half,
            "deployment/canary",
            "--",
            ...command,
        ]);
        assert.match(stdout, /^\{/, stderr);
        const report = JSON.parse(stdout) as { proofs: { name: string; proved: boolean }[] };
        return Object.fromEntries(report.proofs.map(({ name, proved }) => [name, proved]));
    }

    it("proves its identity in a pod: X.509 and JWT, the other half answers, and its own lets nobody in but the other", async function () {
        this.timeout(120_000);
        const own = {
            "the Workload API issues an X.509-SVID": true,
            "the SVID verifies against the trust bundle": true,
            "a JWT-SVID is issued and valid": true,
            "mutual TLS 1.3 with itself works": true,
            "a client without an SVID is refused": true,
            "a client with TLS 1.2 is refused": true,
        };
        assert.deepEqual(await proofs(CANARY, PLATFORM), {
            ...own,
            [`the echo of canary.${PLATFORM}.svc:8443 answers`]: true,
        });
        assert.deepEqual(await proofs(CANARY, CANARY), {
            ...own,
            [`the echo of canary.${CANARY}.svc:8443 answers`]: false,
        });
    });

    /** The state of one of the checks of `hardening verify`, and whatever it could not prove. */
    async function verified(name: string): Promise<{ status: string; open: readonly string[] }> {
        const { status, verdicts } = await runCheck(cluster(), "staging", stack.objects, name);
        const open = verdicts.filter((verdict) => verdict.status !== "proved");
        return { status, open: open.map(({ subject, message }) => `${subject}: ${message}`) };
    }

    it("is verified: agents on every node, identities issued, logs free of errors and secrets", async () => {
        for (const name of [
            "workloads-ready",
            "node-programs-on-every-node",
            "identities-issued",
            "identity-logs-free-of-errors",
            "no-secret-in-logs",
            "security-contexts-as-written",
        ]) {
            assert.deepEqual(await verified(name), { status: "proved", open: [] }, name);
        }
    });

    it(`is verified in every check, once Prometheus scrapes and policies are enforced${noPrometheus}`, async function () {
        this.timeout(300_000);
        const { node } = cluster();
        assert.ok(node);
        if (noPrometheus !== "") {
            this.skip();
        }
        const probes = await Promise.all(PROBES.map(async (workload) => podsOf(cluster(), workload)));
        const watcher = await startPrometheus(cluster(), node, stack.objects, probes.flat());
        try {
            const stop = await startPacketFilter(cluster(), node);
            try {
                await until(
                    "everything is proved",
                    async () => {
                        const { open } = await rehearse(cluster(), "staging", stack.objects, "everything");
                        return open.length === 0 || open.join("\n");
                    },
                    { seconds: 200, everyMs: 2000 },
                );
            } finally {
                await stop();
            }
        } finally {
            await watcher.stop();
        }
    });

    it("is found out where it logs an error, or has no pod on a node", async function () {
        this.timeout(180_000);
        const { kubectl, node } = cluster();
        assert.ok(node);
        const [agent = ""] = (await onNode(node, "pgrep", "-f", "^/opt/spire/bin/spire-agent run")).trim().split("\n");
        const line = JSON.stringify({ level: "error", msg: "Failed to renew" });
        await onNode(node, "sh", "-c", `echo '${line}' >> /proc/${agent}/fd/1`);
        const { metadata } = (await podsOf(cluster(), "spire/spire-agent"))[0] ?? {};
        const subject = `log of ${metadata?.name ?? ""}/spire-agent`;
        await until("the error is found", async () => {
            const { open } = await verified("identity-logs-free-of-errors");
            return open.join() === `${subject}: 1 errors; the last one says: Failed to renew` || open.join("\n");
        });
        const daemon = ["daemonset/spire-agent", "-n", "spire", "--type=merge"];
        const nodes = (selector: object | null): string =>
            JSON.stringify({ spec: { template: { spec: { nodeSelector: selector } } } });
        await kubectl.run(["patch", ...daemon, `--patch=${nodes({ "kubernetes.io/hostname": "nowhere" })}`]);
        await until("the missing agent is found", async () => {
            const { open } = await verified("node-programs-on-every-node");
            return open.join() === `DaemonSet spire/spire-agent: no ready pod on ${NODE_NAME}` || open.join("\n");
        });
        await kubectl.run(["patch", ...daemon, `--patch=${nodes({ "kubernetes.io/hostname": null })}`]);
        await settled("spire/spire-agent");
        for (const name of ["identity-logs-free-of-errors", "node-programs-on-every-node"]) {
            await until(`${name} is proved again`, async () => {
                const { open } = await verified(name);
                return open.length === 0 || open.join("\n");
            });
        }
    });

    it("gives no identity to a pod that has the volume, but not the label of the entry", async function () {
        this.timeout(120_000);
        const name = "stranger";
        await start(name, {});
        await until("the stranger is refused", async () => saidBy(name, "PermissionDenied"), { seconds: 90 });
        assert.ok(!(await logs(cluster(), name)).includes("spiffe://"));
    });

    it("loses nothing when the server is killed: the same authority signs, and pods get identities again", async function () {
        this.timeout(300_000);
        const before = await activeAuthority(cluster());
        const kill = ["delete", "pod", "spire-server-0", "-n", "spire", "--grace-period=0", "--force"];
        await cluster().kubectl.run(kill);
        await settled("spire/spire-server");
        assert.equal(await activeAuthority(cluster()), before);
        const again = `${CLIENT}-2`;
        await start(again, LABELS);
        await until(`${again} has its identity`, async () => saidBy(again, IDENTITY), { seconds: 150 });
    });

    it("goes on without a failed call when server and agent are killed in the middle", async function () {
        this.timeout(240_000);
        const { node } = cluster();
        assert.ok(node);
        const before = await callsOf(cluster(), CANARY);
        await onNode(node, "pkill", "-KILL", "-f", "^/opt/spire/bin/spire-(server|agent) run");
        await settled("spire/spire-server", "spire/spire-agent");
        await until(
            "the canary has called on",
            async () => (await callsOf(cluster(), CANARY)).success > before.success + 4,
        );
        assert.equal((await callsOf(cluster(), CANARY)).failure, before.failure);
    });

    it("logs no error on the agent and none on the server", async () => {
        for (const [pod, container] of [
            ["statefulset/spire-server", "spire-server"],
            ["daemonset/spire-agent", "spire-agent"],
        ] as const) {
            const text = await cluster().kubectl.run(["logs", pod, "-n", "spire", "-c", container]);
            const errors = text.split("\n").filter((line) => /"level":"(?:error|fatal|panic)"/.test(line));
            // Refusing the stranger, and a server that was killed, are what the tests above asked for.
            const unexpected = errors.filter(
                (line) => !/No identity issued|connection (?:refused|error)|Unavailable|reset by peer/i.test(line),
            );
            assert.deepEqual(unexpected, [], container);
        }
    });

    it("does what its runbooks say, by their own commands: rotates, revokes, restarts, and bans at last", async function () {
        this.timeout(600_000);
        const { old, prepared } = await followRunbooks(cluster());
        assert.notEqual(prepared, old);
        assert.equal(await activeAuthority(cluster()), prepared);
        await until("the bundle has the new authority alone", async () => {
            const bundle = await cluster().kubectl.get("configmap", "spire-bundle", "spire");
            const certificates = (bundle?.["data"] as { "bundle.crt": string })["bundle.crt"].match(/BEGIN/g) ?? [];
            return certificates.length === 1 || `it has ${certificates.length}`;
        });
        assert.match(await spireServer(cluster(), "agent", "list", "-banned", "true"), /Found 1 attested agent/);
    });
});

async function logs(cluster: Cluster, pod: string): Promise<string> {
    const { stdout, stderr } = await cluster.kubectl.try(["logs", pod, "-n", PLATFORM, "--tail=50"]);
    return stdout + stderr;
}
