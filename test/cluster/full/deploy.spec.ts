import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { IMAGES, type ShippedImage } from "../../../components/images";
import { findBinary } from "../../support/binary";
import { NODE_NAME } from "../harness/control-plane";
import { callsOf, halvesAnswer, podsOf, PROBES, type Pod } from "../support/canary";
import { stagingOnNode } from "../support/deployed";
import { missingForFalco } from "../support/falco-probe";
import { apply } from "../support/objects";
import { kubeRouter, startKubeRouter } from "../support/kube-router";
import { startPacketFilter } from "../support/packet-filter";
import { prometheus, startPrometheus } from "../support/prometheus";
import { REGISTRY } from "../support/registry";
import { rehearse } from "../support/rehearsal";
import { describeOnCluster } from "../support/shared";
import { allRolledOut } from "../support/stack";
import { certificateAtSource } from "../support/secret-source";
import { CANARY, FALCO, PLATFORM, SIDEKICK, type StagingOnNode } from "../support/staging-on-node";
import { until } from "../support/until";
import { runCheck } from "../support/verification";

const APPLICATION = `${PLATFORM}/x0tta6bl4`;
const CERTIFICATES = "x0tta6bl4-certs";
const OPERATORS = [PLATFORM, FALCO, SIDEKICK].map((scope) => `external-secrets/external-secrets-${scope}`);

/** What runs on the node: its image, and how many pods of it. The last two only where their programs are on PATH. */
const RUNNING: Readonly<Record<string, readonly [image: ShippedImage, pods: number]>> = {
    [APPLICATION]: ["x0tta6bl4", 2],
    [`${PLATFORM}/canary`]: ["probe", 2],
    [`${CANARY}/canary`]: ["probe", 2],
    ...Object.fromEntries(OPERATORS.map((operator) => [operator, ["external-secrets", 1]])),
    ...(missingForFalco.length === 0 && { [`${FALCO}/falco`]: ["falco", 1] }),
    ...(findBinary("falcosidekick") !== undefined && { [`${SIDEKICK}/falcosidekick`]: ["falcosidekick", 2] }),
};

/** What enforces network policies; a cluster without one only stores them. */
const ENGINES = [
    { engine: "the node's packet filter", missing: "", start: startPacketFilter },
    {
        engine: "kube-router",
        missing: kubeRouter === undefined ? "kube-router is not on PATH" : "",
        start: startKubeRouter,
    },
];

/** A verdict on each POD of the canary and each TARGET that it must not reach. */
function ofCanaries(verdict: string): string[] {
    const targets = ["kubernetes.default.svc:443", `x0tta6bl4.${PLATFORM}.svc:8080`];
    return [CANARY, CANARY, PLATFORM, PLATFORM]
        .flatMap((namespace) =>
            targets.map((target) => verdict.replace("POD", `Pod ${namespace}/canary`).replace("TARGET", target)),
        )
        .sort();
}

describeOnCluster("the staging stack on a real node", "full", (cluster) => {
    let stack: StagingOnNode;

    before(async function () {
        this.timeout(60 * 60_000);
        stack = await stagingOnNode(cluster(), "whole");
    });

    it("comes up: the platform, the canary and External Secrets in real pods", async function () {
        this.timeout(400_000);
        await allRolledOut(cluster(), stack.objects, 300);
        assert.deepEqual([...stack.running].sort(), Object.keys(RUNNING).sort());
    });

    it("runs exactly the images that the stack pins by digest, pulled from the mirror", async () => {
        for (const [workload, [image, replicas]] of Object.entries(RUNNING)) {
            const pods = await podsOf(cluster(), workload);
            assert.equal(pods.length, replicas, workload);
            const { repository, tag } = IMAGES[image];
            const digest = stack.digests[image] ?? "";
            for (const { spec, status } of pods) {
                assert.equal(spec.nodeName, NODE_NAME, workload);
                const [container] = spec.containers;
                assert.equal(container?.image, `${REGISTRY}/${repository}:${tag}@${digest}`);
                assert.equal(container.imagePullPolicy, "IfNotPresent");
                assert.equal(status.containerStatuses[0]?.imageID, `${REGISTRY}/${repository}@${digest}`);
            }
        }
    });

    it("gives each workload the identity of its own namespace and account, through the CSI volume of its pods", () => {
        assert.equal(stack.identity.registered(), true, "the kubelet did not take the CSI driver");
        assert.deepEqual([...(stack.identity.issued ?? [])].sort(), [
            `spiffe://staging.x0tta6bl4.io/ns/${CANARY}/sa/canary`,
            `spiffe://staging.x0tta6bl4.io/ns/${PLATFORM}/sa/canary`,
            `spiffe://staging.x0tta6bl4.io/ns/${PLATFORM}/sa/x0tta6bl4`,
        ]);
    });

    it("lets the halves of the canary call each other between namespaces: mutual TLS, post-quantum key exchange", async () => {
        await halvesAnswer(cluster());
    });

    /** Runs a script in a pod of a workload, `namespace/name`, that has Node.js and the probe and no shell. */
    async function inPod(workload: string, script: string): Promise<string> {
        const [namespace = "", name = ""] = workload.split("/");
        const node = ["exec", "-n", namespace, `deployment/${name}`, "--", "/app/node", "--eval", script];
        const { stdout, stderr } = await cluster().kubectl.try(node);
        return stdout + stderr;
    }

    it("shows the platform's pods a secret of the source, and its rotation without a restart", async function () {
        this.timeout(240_000);
        const seen = async (): Promise<string> =>
            inPod(APPLICATION, `process.stdout.write(fs.readFileSync("/etc/${CERTIFICATES}/cert.pem"))`);
        const { stringData: first } = stack.objects.find(
            ({ kind, metadata }) => kind === "Secret" && metadata.name === CERTIFICATES,
        ) as unknown as { stringData: { certificate: string } };
        assert.equal(await seen(), first.certificate);
        const second = await certificateAtSource(stack.authority, CERTIFICATES, "x0tta6bl4.example");
        const { accepted, message } = await apply(cluster(), second);
        assert.ok(accepted, message);
        // External Secrets' own way not to wait for the interval.
        const annotate = ["annotate", "externalsecret", CERTIFICATES, "-n", PLATFORM, "force-sync=1"];
        await cluster().kubectl.run(annotate);
        await until(
            "the pod sees the rotated secret",
            async () => {
                const text = await seen();
                return text === second.stringData["certificate"] || text;
            },
            { seconds: 120, everyMs: 1000 },
        );
        const restarts = (await podsOf(cluster(), APPLICATION)).map(
            ({ status }) => status.containerStatuses[0]?.restartCount,
        );
        assert.deepEqual(restarts, [0, 0]);
    });

    async function pods(workloads: Iterable<string>): Promise<readonly Pod[]> {
        return (await Promise.all([...workloads].map(async (workload) => podsOf(cluster(), workload)))).flat();
    }

    /** What `hardening verify` finds out about the pods that really run: the others have neither logs nor metrics. */
    async function verified(name: string): Promise<readonly string[]> {
        const names = (await pods(stack.running)).map(({ metadata }) => metadata.name);
        const { verdicts } = await runCheck(cluster(), "staging", stack.objects, name);
        return verdicts
            .filter(({ subject }) => names.some((pod) => subject.includes(pod)))
            .map(
                ({ status, subject, message }) =>
                    `${status} ${subject.replace(/-[0-9a-z]+-[0-9a-z]{5}/, "")}: ${message}`,
            );
    }

    const noPrometheus = prometheus === undefined ? " (skipped: prometheus is not on PATH)" : "";

    it(`has its alerts loaded by Prometheus, and only it reads the metrics once policies are enforced${noPrometheus}`, async function () {
        this.timeout(240_000);
        const { node } = cluster();
        assert.ok(node);
        if (noPrometheus !== "") {
            this.skip();
        }
        const check = "alert-rules-loaded";
        assert.equal((await runCheck(cluster(), "staging", stack.objects, check)).status, "unknown");
        const targets = await pods(PROBES);
        const watcher = await startPrometheus(cluster(), node, stack.objects, targets);
        const names = targets.map(({ metadata }) => metadata.name).sort();
        const scraped = async (): Promise<void> => {
            const moment = Date.now();
            await until("Prometheus scrapes every pod", async () => {
                const found = await watcher.scrapedSince(moment);
                return isDeepStrictEqual(found, names) || found.join();
            });
        };
        try {
            const { status, verdicts } = await runCheck(cluster(), "staging", stack.objects, check);
            assert.equal(status, "proved", JSON.stringify(verdicts));
            await scraped();
            const stop = await startPacketFilter(cluster(), node);
            try {
                await scraped();
                const [first] = targets.filter(({ metadata }) => metadata.namespace === CANARY);
                const url = `http://${first?.status.podIP ?? ""}:8080/metrics`;
                const read = `fetch("${url}", { signal: AbortSignal.timeout(3000) })`;
                const print = "({ status }) => console.log(status), ({ name }) => console.log(name)";
                assert.equal(await inPod(APPLICATION, `${read}.then(${print})`), "TimeoutError\n");
                await until("all that needs a node is proved", async () => {
                    const { open } = await rehearse(cluster(), "staging", stack.objects, "node");
                    return open.length === 0 || open.join("\n");
                });
                const recent = (await verified("metrics-meet-targets")).filter((verdict) =>
                    verdict.includes(" handshakes in the last 30 minutes "),
                );
                assert.equal(
                    recent.length,
                    2 * targets.length,
                    "MET-1 and MET-3 of each pod, by what Prometheus holds",
                );
            } finally {
                await stop();
            }
        } finally {
            await watcher.stop();
        }
    });

    for (const { engine, missing, start } of ENGINES) {
        const note = missing === "" ? "" : ` (skipped: ${missing})`;

        it(`proves by the canary that ${engine} refuses what its policies forbid, and nothing else${note}`, async function () {
            this.timeout(240_000);
            const { node } = cluster();
            assert.ok(node);
            if (note !== "") {
                this.skip();
            }
            const becomes = async (verdict: string): Promise<void> =>
                until(
                    `every canary says "${verdict}" of what it must not reach`,
                    async () => {
                        const found = await verified("network-policies-enforced");
                        return isDeepStrictEqual([...found].sort(), ofCanaries(verdict)) || found.join("\n");
                    },
                    { seconds: 90 },
                );
            await becomes("failed POD: reached TARGET, which its network policies forbid");
            const stop = await start(cluster(), node);
            try {
                await becomes("proved POD: was refused TARGET");
                const answered = async (): Promise<number> => (await callsOf(cluster(), CANARY)).success;
                const before = await answered();
                await until(
                    "the halves of the canary still answer each other",
                    async () => (await answered()) > before,
                );
            } finally {
                await stop();
            }
            await becomes("failed POD: reached TARGET, which its network policies forbid");
        });
    }

    it("proves the targets of the metrics, and finds a client that isn't let in", async function () {
        this.timeout(180_000);
        const split = async (): Promise<readonly [proved: number, open: string]> => {
            const verdicts = await verified("metrics-meet-targets");
            const open = verdicts.filter((verdict) => !verdict.startsWith("proved"));
            return [verdicts.length - open.length, open.join("\n")];
        };
        await until("the three targets are met by each pod of the probe", async () => {
            const [proved, open] = await split();
            return proved === 3 * (await pods(PROBES)).length || open;
        });
        const knock = [
            `const socket = tls.connect({ host: "canary.${CANARY}.svc", port: 8443, rejectUnauthorized: false })`,
            'socket.on("error", () => {}).on("data", () => process.stdout.write("answered ")).resume()',
            'socket.on("close", () => process.stdout.write("closed"))',
        ];
        assert.equal(await inPod(APPLICATION, knock.join(";")), "closed");
        await until("the refused clients are found", async () => {
            const [, open] = await split();
            return /^failed Pod canary\/canary: \d+ authentication failures \(empty_chain \d+\) in/m.test(open) || open;
        });
    });

    it("finds a secret in a log, by its value and by its shape, and doesn't show it", async function () {
        this.timeout(180_000);
        const clean = /^proved log of .*: holds none of \d+ secret values, nor anything of their shape$/;
        const split = async (): Promise<readonly [clean: number, others: string]> => {
            const verdicts = await verified("no-secret-in-logs");
            const others = verdicts.filter((verdict) => !clean.test(verdict));
            return [verdicts.length - others.length, others.sort().join("\n")];
        };
        assert.deepEqual(await split(), [(await pods(stack.running)).length, ""]);
        /** Writes what an expression says into the log of a pod. */
        const log = async (workload: string, expression: string): Promise<void> =>
            assert.equal(await inPod(workload, `fs.appendFileSync("/proc/1/fd/1", ${expression} + "\\n")`), "");
        await log(APPLICATION, 'fs.readFileSync("/etc/x0tta6bl4-certs/key.pem")');
        await log(`${CANARY}/canary`, '"-----BEGIN PRIVATE" + " KEY-----"');
        const value = `holds the value of Secret ${PLATFORM}/${CERTIFICATES}, key key.pem`;
        const wanted = [
            `failed log of ${CANARY}/canary/canary: holds what looks like a private key, 2 lines from its end`,
            `failed log of ${APPLICATION}/x0tta6bl4: ${value}`,
        ].join("\n");
        await until("both are found", async () => {
            const [, found] = await split();
            return found === wanted || found;
        });
    });
});
