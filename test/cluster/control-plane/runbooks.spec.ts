import assert from "node:assert/strict";

import type { Cluster } from "../harness/cluster";
import { run } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { podsOf } from "../support/canary";
import { deployedStaging } from "../support/deployed";
import { commandsOf, filledIn, runbookCommands } from "../support/runbooks";
import { describeOnCluster } from "../support/shared";
import { describeObject, rolledOut } from "../support/stack";

const NAMESPACE = "x0tta6bl4-staging";
/** Whose pods the commands are about. */
const APPLICATION = workload("Deployment", NAMESPACE, "x0tta6bl4");
const FALCO = workload("DaemonSet", "falco", "falco");
const AGENT = workload("DaemonSet", "spire", "spire-agent");
const SIDEKICK = workload("Deployment", "falcosidekick", "falcosidekick");
const KUBELET = "asks a kubelet, and these nodes exist in name only";
const SPIRE = "needs a SPIRE server that runs; test/cluster/full runs it";

/** What can't be run on an API server alone, and why. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
    [/hardening (?:preview|network)\b/, "needs no cluster; other suites run it"],
    [/^kubectl .*\blogs /, KUBELET],
    [/\bexec spire-server-0 /, SPIRE],
    [/^POD=|^spire\(\)|^spire-server /, SPIRE],
    [/configmap spire-bundle/, SPIRE],
    [/(?:backup|restore)-(?:now|spire-server)\b/, "needs a store of backups; test/components/backup runs the scripts"],
    [/(?:scale|wait) .*spire-server\b/, SPIRE],
    [/pulumi up/, "deploys; the engine's suite does it"],
    [/^openssl /, "asks an endpoint of the platform"],
    [/hardening verify --stack <stack>/, "judges the stack's own cluster; its own suite runs it"],
    [/hardening respond /, "needs an incident that a responder opened; the responder's suite makes one and answers it"],
    [/hardening audit /, "finds what a test cluster lacks; its own suite runs it"],
];

function reasonNotToRun(line: string): string | undefined {
    return NOT_HERE.find(([pattern]) => pattern.test(line))?.[1];
}

describeOnCluster("runbooks on a real API server", "control-plane", (cluster) => {
    let values: Readonly<Record<string, string>>;

    before(async function () {
        this.timeout(300_000);
        await deployedStaging(cluster());
        const { kubectl } = cluster();
        const name = async (...args: readonly string[]): Promise<string> =>
            kubectl.run(["get", ...args, "-o", "jsonpath={.items[0].metadata.name}"]);
        const node = await name("nodes");
        // A revision to go back from.
        await kubectl.run(["rollout", "restart", "-n", NAMESPACE, "deployment/x0tta6bl4"]);
        await kubectl.run(["rollout", "status", "-n", NAMESPACE, "deployment/x0tta6bl4", "--timeout=60s"]);
        values = {
            namespace: NAMESPACE,
            group: "people-of-emergencies",
            stack: "staging",
            app: "x0tta6bl4",
            "falco-namespace": "falco",
            "sidekick-namespace": "falcosidekick",
            "secrets-namespace": "external-secrets",
            "compliance-namespace": "compliance",
            name: await name("externalsecrets", "-n", NAMESPACE),
            node,
            NODE: node,
        };
    });

    it("leave out for a reason what they leave out, and for no reason that has gone", () => {
        const lines = runbookCommands().map(({ line }) => line);
        assert.deepEqual(
            NOT_HERE.filter(([pattern]) => !lines.some((line) => pattern.test(line))).map(
                ([pattern]) => pattern.source,
            ),
            [],
        );
        const runs = lines.filter((line) => reasonNotToRun(line) === undefined);
        assert.ok(runs.length >= 20, `only ${runs.length} of ${lines.length} commands are run`);
    });

    it("list agents of SPIRE and Falco that are in a crash loop or not ready, by themselves", async function () {
        this.timeout(120_000);
        const { kubectl } = cluster();
        for (const [file, workload] of [
            ["spire-agent.md", AGENT],
            ["falco.md", FALCO],
        ] as const) {
            const { line = "" } = commandsOf(file).find((command) => command.line.includes("| awk ")) ?? {};
            const list = async (): Promise<readonly string[]> => {
                const script = ["-euo", "pipefail", "-c", filledIn(line, values)];
                const { code, stdout, stderr } = await run("bash", script, { env: kubectl.env });
                assert.equal(code, 0, stderr);
                return stdout.split("\n").slice(1).filter(Boolean);
            };
            await rolledOut(cluster(), workload, 60);
            assert.deepEqual(await list(), []);
            const pod = await firstPod(cluster(), workload);
            const [first] = await containersOf(cluster(), workload.metadata.namespace ?? "", pod);
            const patch = {
                status: {
                    conditions: [{ type: "Ready", status: "False" }],
                    containerStatuses: [
                        { ...first, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } }, restartCount: 7 },
                    ],
                },
            };
            const namespace = ["-n", workload.metadata.namespace ?? ""];
            await kubectl.run([
                ...["patch", "pod", pod, ...namespace, "--subresource=status", "--type=strategic"],
                ...["--patch", JSON.stringify(patch)],
            ]);
            const [row = "", ...more] = await list();
            assert.deepEqual(more, []);
            assert.match(row, new RegExp(`^${pod} .*CrashLoopBackOff`));
            await kubectl.run(["delete", "pod", pod, ...namespace, "--wait=false"]);
        }
    });

    it("isolate pods of the foundation too, which go by another label than applications", async function () {
        this.timeout(120_000);
        const { kubectl } = cluster();
        const { line = "" } =
            commandsOf("security-incident.md").find((command) => command.line.includes(" label pod ")) ?? {};
        await rolledOut(cluster(), SIDEKICK, 60);
        const namespace = SIDEKICK.metadata.namespace ?? "";
        const pod = await firstPod(cluster(), SIDEKICK);
        const { policies, backends } = await reachOf(cluster(), namespace, pod);
        assert.ok(
            policies.some(({ ingress }) => (ingress ?? []).length > 0),
            "nothing reached it before",
        );
        assert.ok(
            policies.some(({ egress }) => (egress ?? []).length > 0),
            "it reached nothing before",
        );
        assert.notDeepEqual(backends, []);
        const script = ["-euo", "pipefail", "-c", filledIn(line, { namespace, pod })];
        const { code, stderr } = await run("bash", script, { env: kubectl.env });
        assert.equal(code, 0, stderr);
        const { policies: after, backends: gone } = await reachOf(cluster(), namespace, pod);
        // No rule is left that lets anything in or out, while both directions are denied.
        assert.deepEqual(after, [{ podSelector: {}, policyTypes: ["Ingress", "Egress"] }]);
        assert.deepEqual(gone, []);
        assert.notEqual(await firstPod(cluster(), SIDEKICK), pod, "its place is taken");
        await kubectl.run(["delete", "pod", pod, "-n", namespace, "--wait=false"]);
    });

    for (const file of new Set(runbookCommands().map(({ file: each }) => each))) {
        const commands = commandsOf(file).filter(({ line }) => reasonNotToRun(line) === undefined);
        if (commands.length > 0) {
            it(`run the commands of ${file}, each to a good end`, async function () {
                this.timeout(300_000);
                for (const { line } of commands) {
                    // Isolated pods, replaced ones and new revisions come of the commands before.
                    const pod = await firstPod(cluster(), line.includes("<falco-namespace>") ? FALCO : APPLICATION);
                    const command = filledIn(line, { ...values, pod });
                    const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", command], {
                        env: cluster().kubectl.env,
                        timeoutSeconds: 120,
                    });
                    assert.equal(code, 0, `${command}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
                }
            });
        }
    }
});

/** The name of a pod of a workload that stays: the commands before may have drained, restarted or undone something. */
async function firstPod(cluster: Cluster, workload: KubernetesObject): Promise<string> {
    await rolledOut(cluster, workload, 60);
    const [first] = await podsOf(cluster, `${workload.metadata.namespace ?? ""}/${workload.metadata.name}`);
    return first?.metadata.name ?? assert.fail(`${describeObject(workload)} has no pod`);
}

interface Selected {
    readonly podSelector: {
        readonly matchLabels?: Readonly<Record<string, string>>;
        readonly matchExpressions?: unknown;
    };
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
}

/** The network policies that select a pod, and the Services that lead to it, by the labels it has now. */
async function reachOf(
    { kubectl }: Cluster,
    namespace: string,
    pod: string,
): Promise<{ readonly policies: readonly Selected[]; readonly backends: readonly string[] }> {
    const items = async <T>(kind: string): Promise<readonly T[]> =>
        (JSON.parse(await kubectl.run(["get", kind, "-n", namespace, "-o", "json"])) as { items: readonly T[] }).items;
    const labels = (await kubectl.get("pod", pod, namespace))?.metadata.labels ?? assert.fail(`there is no pod ${pod}`);
    const has = (wanted: Readonly<Record<string, string>>): boolean =>
        Object.entries(wanted).every(([label, value]) => labels[label] === value);
    const policies = (await items<{ readonly spec: Selected }>("networkpolicies")).map(({ spec }) => spec);
    assert.deepEqual(
        policies.filter(({ podSelector }) => podSelector.matchExpressions !== undefined),
        [],
        "selected by more than labels",
    );
    const services = await items<{
        readonly metadata: { readonly name: string };
        readonly spec: { readonly selector?: Readonly<Record<string, string>> };
    }>("services");
    return {
        policies: policies.filter(({ podSelector }) => has(podSelector.matchLabels ?? {})),
        backends: services
            .filter(({ spec }) => spec.selector !== undefined && has(spec.selector))
            .map(({ metadata }) => metadata.name),
    };
}

/** The statuses of a pod's containers, as the API server has them. */
async function containersOf({ kubectl }: Cluster, namespace: string, pod: string): Promise<readonly object[]> {
    const path = "jsonpath={.status.containerStatuses}";
    return JSON.parse(await kubectl.run(["get", "pod", pod, "-n", namespace, "-o", path])) as readonly object[];
}

function workload(kind: string, namespace: string, name: string): KubernetesObject {
    return { apiVersion: "apps/v1", kind, metadata: { name, namespace } };
}
