import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { load } from "js-yaml";

import { LIST_RULES } from "../../../components/responder/rights";
import { policyText } from "../../../components/responder/policy";
import { toYaml } from "../../../components/yaml";
import { SPIRE_CRDS } from "../../../components/spire/crds";
import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { DENY_KEY, denyPolicy } from "../../../responder/src/execute/denylist.js";
import { TRAITS } from "../../../responder/src/plan/traits.js";
import type { ActionType } from "../../../responder/src/model.js";
import { INCIDENTS, LOOKALIKES, type Recording } from "../../../responder/test/data/recordings.js";
import { TestCa } from "../../../spiffe/test/support/ca.js";
import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import type { Pod } from "../support/canary";
import { startIdentityStandin, type IdentityStandin } from "../support/identity-standin";
import { lackForKubeRouter, startKubeRouter } from "../support/kube-router";
import { bounds, NAMESPACE, QUARANTINE, rights } from "../support/responder-objects";
import { type Incident, type IncidentStatus, ResponderProcess } from "../support/responder-process";
import { describeOnCluster } from "../support/shared";
import { removeInOrder } from "../support/stack";
import { importTalker, MUTUAL_PORT, PLAIN_PORT, showCertificate, talkers, tell, type Tasks } from "../support/talkers";
import { until } from "../support/until";

/** Where the recordings happen. */
const SHOP = "shop";
const REPLICAS = 3;
const QUARANTINE_POLICY = "responder-quarantine";
/** What comes within this time of each other is one incident; between the tests' own there is more. */
const WINDOW_SECONDS = 5;
const REGISTRATIONS = "clusterspiffeids.spire.spiffe.io";

/** The shipped policy, with budgets and times that let a dozen incidents follow each other, and what only a person may do. */
function policy(): string {
    const shipped = load(policyText({ mode: "act", killSwitch: false })) as {
        guards: object;
        rules: readonly object[];
    };
    return toYaml({
        ...shipped,
        window: `${WINDOW_SECONDS}s`,
        guards: {
            ...shipped.guards,
            actionsPerHour: 100,
            coolDown: "1s",
            mayLoseLastReplica: [{ namespace: SHOP, kind: "Deployment", name: "client" }],
        },
        rules: [
            ...shipped.rules,
            {
                name: "intruder-who-stays",
                explanation: "What is connected already is cut by the end of the pod alone.",
                match: { rules: ["Intruder"] },
                actions: [{ type: "isolate" }, { type: "terminate" }],
            },
            {
                name: "identity-of-a-stranger",
                explanation: "Peers refuse the identity until somebody has looked.",
                match: { rules: ["Identity"] },
                actions: [{ type: "revoke-identity", scope: "identity" }],
            },
        ],
    });
}

/** Everybody may talk to everybody, as long as the labels are on. */
const OPEN: KubernetesObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "open", namespace: SHOP },
    spec: {
        podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{}],
        egress: [{}],
    },
};

function objects(): readonly KubernetesObject[] {
    const namespaces = [NAMESPACE, SHOP, "falco"].map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
    }));
    const group = "rbac.authorization.k8s.io";
    const metadata = { name: "responder-list", namespace: SHOP };
    return [
        ...namespaces,
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "CSIDriver",
            metadata: { name: CSI_DRIVER_NAME },
            spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ["Ephemeral"] },
        },
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: REGISTRATIONS },
            spec: SPIRE_CRDS[REGISTRATIONS],
        },
        JSON.parse(readFileSync("components/responder/security-incident.json", "utf8")) as KubernetesObject,
        ...rights(),
        { apiVersion: `${group}/v1`, kind: "Role", metadata, rules: LIST_RULES },
        {
            apiVersion: `${group}/v1`,
            kind: "RoleBinding",
            metadata,
            subjects: [{ kind: "ServiceAccount", name: "responder", namespace: NAMESPACE }],
            roleRef: { apiGroup: group, kind: "Role", name: metadata.name },
        },
        ...[NAMESPACE, SHOP].map((namespace) => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "revoked-identities", namespace },
            data: { [DENY_KEY]: denyPolicy([]) },
        })),
        OPEN,
        {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "talkers" },
            spec: {
                spiffeIDTemplate:
                    "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
                podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
            },
        },
        ...talkers(SHOP, "web", REPLICAS),
        ...talkers(SHOP, "desk", 1),
        ...talkers(SHOP, "guest", 1),
        ...talkers(SHOP, "client", 1),
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "falco-0", namespace: "falco" },
            spec: {
                nodeName: NODE_NAME,
                containers: [{ name: "main", image: "localhost/pause:1", imagePullPolicy: "Never" }],
            },
        },
    ];
}

/** Milliseconds from the first event on. */
type Times = Partial<
    Record<"recorded" | "decided" | "done" | "enforced" | "established cut" | "replaced" | "undone", number>
>;

/** The nearest-rank percentile. */
function percentile(values: readonly number[], part: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** Falco can't be had everywhere: its events are recorded, and their pods are real ones that talk on an enforced network. */
describeOnCluster("the responder on a real node", "full", (cluster) => {
    const all = objects();
    const measured: [family: string, times: Times][] = [];
    let responder: ResponderProcess | undefined;
    let identities: IdentityStandin | undefined;
    let stopEngine: (() => Promise<void>) | undefined;
    let desk: Pod;
    let guest: Pod;
    let service: string;
    /** What the guest had asked before the first incident. */
    let atStart: Tasks;
    let sentAt = 0;

    const program = (): ResponderProcess => responder ?? assert.fail("it is only there inside tests");

    before(async function () {
        this.timeout(60 * 60_000);
        const lack = await lackForKubeRouter();
        if (lack !== "") {
            process.stderr.write(`SKIPPED the responder on a real node: ${lack}\n`);
            this.skip();
        }
        const { node } = cluster();
        assert.ok(node);
        await importTalker(node);
        identities = await startIdentityStandin(node, "example.org");
        await cluster().addFakeNodes(5);
        stopEngine = await startKubeRouter(cluster(), node);
        const isDefinition = ({ kind }: KubernetesObject): boolean => kind === "CustomResourceDefinition";
        for (const group of [all.filter(isDefinition), all, bounds()]) {
            await until("the objects are taken", async () => {
                const { code, stderr } = await cluster().kubectl.apply(group);
                return code === 0 || stderr;
            });
        }
        responder = await ResponderProcess.build(cluster(), policy(), { RESPONDER_DENY_LIST_NAMESPACES: SHOP });
        await responder.start();
        await until("every talker is ready", async () => (await ready()).length === REPLICAS + 3, { seconds: 120 });
        desk = await onlyPod("desk");
        guest = await onlyPod("guest");
        const { clusterIP } = (await cluster().kubectl.get("service", "web", SHOP))?.["spec"] as { clusterIP: string };
        service = `${clusterIP}:${PLAIN_PORT}`;
        for (const to of [at(desk), service]) {
            await until(`${to} answers`, async () => answers(await told(guest, `/ask?to=${to}`), `ask ${to}`, 0));
        }
        atStart = await told(guest, "/state");
    });

    after(async function () {
        this.timeout(180_000);
        if (responder === undefined && identities === undefined) {
            return;
        }
        await responder?.remove();
        await cluster().kubectl.try(["uncordon", NODE_NAME]);
        await removeInOrder(cluster(), [...all, ...bounds()]);
        await cluster().kubectl.try(["delete", "nodes", "-l", "type=kwok"]);
        await stopEngine?.();
        await identities?.stop();
        report();
    });

    async function podsIn(selector: string): Promise<readonly Pod[]> {
        const query = `labelSelector=${encodeURIComponent(selector)}`;
        const { text } = await cluster().request("GET", `/api/v1/namespaces/${SHOP}/pods?${query}`);
        return (JSON.parse(text) as { items: readonly Pod[] }).items.filter(
            ({ metadata }) => metadata.deletionTimestamp === undefined,
        );
    }

    /** Those that are ready, without any that is isolated. */
    async function ready(selector = "app"): Promise<readonly Pod[]> {
        return (await podsIn(selector)).filter(({ status }) =>
            (status as unknown as { conditions?: { type: string; status: string }[] }).conditions?.some(
                (condition) => condition.type === "Ready" && condition.status === "True",
            ),
        );
    }

    async function onlyPod(app: string): Promise<Pod> {
        return (await ready(`app=${app}`))[0] ?? assert.fail(`no pod of ${app} is ready`);
    }

    const at = ({ status }: Pod, port = PLAIN_PORT): string => `${status.podIP}:${port}`;
    const told = (pod: Pod, path: string): Promise<Tasks> => tell(cluster(), SHOP, pod.metadata.name, path);
    const answers = (tasks: Tasks, task: string, since: number): true | string =>
        (tasks[task]?.answered ?? 0) > since || JSON.stringify(tasks[task]);

    /** A recorded message as if it came now, and were about these pods. */
    function live(body: object, ...[first, second = first]: readonly string[]): object {
        const now = new Date().toISOString();
        return JSON.parse(
            JSON.stringify(body, (key, value: unknown) => (key === "time" || key === "startsAt" ? now : value))
                .replaceAll("web-0", first ?? "")
                .replaceAll("web-1", second ?? ""),
        ) as object;
    }

    async function send({ path, bodies }: Recording, ...pods: readonly string[]): Promise<void> {
        sentAt = Date.now();
        for (const body of bodies) {
            assert.equal(await program().post(path, live(body, ...pods)), 200);
        }
    }

    /** Until what comes next is no part of what came before. */
    const apart = (): Promise<void> => sleep(Math.max(0, sentAt + WINDOW_SECONDS * 1_100 - Date.now()));

    const ruleOf = ({ path, bodies }: Recording): string => {
        const body = bodies[0] as { rule?: string; alerts?: { labels: { alertname: string } }[] };
        return (path === "/falco" ? body.rule : body.alerts?.[0]?.labels.alertname) ?? "";
    };

    const incidentOf = (rule: string, wanted: (status: IncidentStatus) => boolean): Promise<Incident> =>
        program().incident(rule, ({ signals }) => signals.some((signal) => signal.rule === rule), wanted);

    async function decide(found: Incident, verdict: string, action?: string): Promise<void> {
        const object = (await cluster().kubectl.get("securityincident", found.metadata.name, NAMESPACE))?.["spec"];
        const decisions = (object as { decisions?: readonly unknown[] }).decisions ?? [];
        const spec = {
            decisions: [...decisions, { id: decisions.length, verdict, by: "alice", ...(action && { action }) }],
        };
        await cluster().kubectl.run([
            ...["patch", "securityincident", found.metadata.name, "-n", NAMESPACE, "--type=merge"],
            ...["-p", JSON.stringify({ spec }), "--as=alice", "--as-group=responders"],
        ]);
    }

    const changing = ({ actions }: IncidentStatus): IncidentStatus["actions"] =>
        actions.filter(({ type }) => TRAITS[type as ActionType].changes);

    /** What the actions that change something came to, as the recordings have it. */
    const outcome = (status: IncidentStatus): Readonly<Record<string, string>> =>
        Object.fromEntries(
            changing(status)
                .filter(({ state }) => state !== "blocked")
                .map(({ type, state }) => [type, state]),
        );

    /** A ready pod that talks both ways: on connections that stay, and on new ones. */
    async function talking(app = "web"): Promise<{ readonly victim: Pod; readonly toVictim: string }> {
        const victim = await onlyPod(app);
        const toVictim = at(victim);
        const since = Date.now();
        for (const [pod, to] of [
            [guest, toVictim],
            [victim, at(desk)],
        ] as const) {
            for (const way of ["hold", "ask"]) {
                await until(`${pod.metadata.name} is answered`, async () =>
                    answers(await told(pod, `/${way}?to=${to}`), `${way} ${to}`, since),
                );
            }
        }
        return { victim, toVictim };
    }

    /** When a connection was answered last, once none has been for a while. */
    async function lastAnswer(pod: Pod, task: string, seconds = 60): Promise<number> {
        let last = 0;
        await until(
            `${task} of ${pod.metadata.name} is not answered any more`,
            async () => {
                const { [task]: state } = await told(pod, "/state");
                last = state?.answered ?? 0;
                return Date.now() - last > 1_500 || `answered ${Date.now() - last} ms ago`;
            },
            { seconds },
        );
        return last;
    }

    async function nothingLeft(): Promise<void> {
        const pods = await podsIn("");
        assert.deepEqual(
            pods.filter(({ metadata }) => QUARANTINE in (metadata.labels ?? {})).map(({ metadata }) => metadata.name),
            [],
        );
        assert.equal(await cluster().kubectl.get("networkpolicy", QUARANTINE_POLICY, SHOP), undefined);
        const nodes = await cluster().kubectl.list("nodes");
        assert.deepEqual(
            nodes.filter((one) => "unschedulable" in (one["spec"] as object)).map(({ metadata }) => metadata.name),
            [],
        );
    }

    for (const recording of INCIDENTS.filter(({ path }) => path === "/falco")) {
        it(`contains ${recording.name}, and takes it back`, async function () {
            this.timeout(180_000);
            const times: Times = {};
            const { victim, toVictim } = await talking();
            const { labels } = victim.metadata;
            await apart();
            const start = Date.now();
            await send(recording, victim.metadata.name);
            times.recorded = Date.now() - start;
            const rule = ruleOf(recording);
            const found = await incidentOf(
                rule,
                (status) =>
                    changing(status).length >= Object.keys(recording.actions).length &&
                    changing(status).every(({ state }) => !["planned", "running"].includes(state)),
            );
            assert.ok(found.status);
            assert.deepEqual(outcome(found.status), recording.actions);
            const isolate = found.status.actions.find(({ type }) => type === "isolate") ?? assert.fail();
            times.decided = Date.parse(isolate.decidedAt) - start;
            times.done = Date.parse(isolate.finishedAt ?? "") - start;
            const asked = await Promise.all([
                lastAnswer(guest, `ask ${toVictim}`),
                lastAnswer(victim, `ask ${at(desk)}`),
            ]);
            times.enforced = Math.max(...asked) - start;
            if (!("cordon" in recording.actions)) {
                await until("it is replaced", async () => (await ready("app=web")).length === REPLICAS);
                times.replaced = Date.now() - start;
            }
            const undo = Date.now();
            await decide(found, "undo");
            await incidentOf(rule, (status) =>
                changing(status).every(({ state }) => state !== "done" && state !== "undoing"),
            );
            const { status } = await incidentOf(rule, () => true);
            const undone = Object.entries(recording.actions).map(([type, state]) => [
                type,
                state === "done" ? "undone" : state,
            ]);
            assert.deepEqual(outcome(status ?? assert.fail()), Object.fromEntries(undone));
            times.undone = Date.now() - undo;
            const back = (await podsIn("")).find(({ metadata }) => metadata.name === victim.metadata.name);
            // Its controller may end it, since it has been replaced.
            assert.deepEqual(back?.metadata.labels ?? labels, labels);
            await nothingLeft();
            await until("as many are ready as before", async () => (await ready("app=web")).length === REPLICAS);
            measured.push([recording.name, times]);
        });
    }

    it("leaves connections that are established open, as the engine does, until a person has the pod ended", async function () {
        this.timeout(180_000);
        const { victim, toVictim } = await talking("client");
        await program().send("Intruder", victim.metadata.name, SHOP);
        const found = await incidentOf("Intruder", (status) => outcome(status)["isolate"] === "done");
        assert.equal(outcome(found.status ?? assert.fail())["terminate"], "proposed");
        await lastAnswer(guest, `ask ${toVictim}`);
        const held = async (): Promise<number> => (await told(guest, "/state"))[`hold ${toVictim}`]?.answers ?? 0;
        const earlier = await held();
        await sleep(1_000);
        assert.ok((await held()) > earlier, "the engine cuts what is established: docs/responder.md says otherwise");
        const start = Date.now();
        await decide(found, "approve", found.status?.actions.find(({ type }) => type === "terminate")?.id);
        const last = await lastAnswer(guest, `hold ${toVictim}`);
        measured.push(["ended by a person, from the approval on", { "established cut": last - start }]);
        await until("it is replaced", async () => (await ready("app=client")).length === 1);
        await decide(found, "undo");
        await incidentOf("Intruder", (status) => outcome(status)["isolate"] === "undone");
        await nothingLeft();
    });

    it("has peers cut a revoked identity off, and let it in again", async function () {
        this.timeout(600_000);
        const client = await onlyPod("client");
        const peer = at(desk, MUTUAL_PORT);
        const task = `trust ${peer}`;
        await until("the peer lets it in", async () => answers(await told(client, `/trust?to=${peer}`), task, 0));
        await program().send("Identity", client.metadata.name, SHOP);
        const found = await incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "proposed");
        const start = Date.now();
        await decide(found, "approve");
        await incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "done");
        // The kubelet looks at mounted ConfigMaps about once a minute.
        const last = await lastAnswer(client, task, 150);
        measured.push(["identity refused by a peer, from the approval on", { "established cut": last - start }]);
        const refused = (await told(client, "/state"))[task] ?? assert.fail();
        await until("it is refused anew", async () => {
            const now = (await told(client, "/state"))[task] ?? assert.fail();
            return now.failures > refused.failures && now.answers === refused.answers;
        });
        await decide(found, "undo");
        await incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "undone");
        await until(
            "the peer lets it in again",
            async () => {
                const now = (await told(client, "/state"))[task] ?? assert.fail();
                return now.answers > refused.answers || JSON.stringify(now);
            },
            { seconds: 150 },
        );
    });

    it("isolates nobody for a forged SVID: the peer refuses it, and people are told", async () => {
        const peer = at(desk, MUTUAL_PORT);
        const show = async (ca: TestCa): Promise<string> => {
            const { certificates, privateKey } = await ca.issue(`/ns/${SHOP}/sa/client`);
            const key = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
            return showCertificate(cluster(), SHOP, guest.metadata.name, peer, { cert: certificates.join("\n"), key });
        };
        assert.equal(await show(identities?.authority ?? assert.fail()), "answered");
        assert.equal(await show(await TestCa.create("example.org")), "refused");
        const [recording] = INCIDENTS.filter(({ path }) => path === "/alertmanager");
        assert.ok(recording);
        await send(recording, desk.metadata.name);
        const { status } = await incidentOf(ruleOf(recording), ({ actions }) =>
            actions.some(({ type, state }) => type === "notify" && state === "done"),
        );
        assert.deepEqual(outcome(status ?? assert.fail()), recording.actions);
        await nothingLeft();
    });

    it("does nothing about a dozen look-alikes", async function () {
        this.timeout(180_000);
        const known = new Set((await program().incidents()).map(({ metadata }) => metadata.name));
        const [first, second] = await ready("app=web");
        const labels = async (): Promise<unknown> =>
            (await podsIn("")).map(({ metadata }) => [metadata.name, metadata.labels]);
        const earlier = await labels();
        for (const recording of LOOKALIKES) {
            await apart();
            await send(recording, first?.metadata.name ?? "", second?.metadata.name ?? "");
        }
        const fresh = (await program().incidents()).filter(({ metadata }) => !known.has(metadata.name));
        assert.ok(fresh.length >= LOOKALIKES.length - 2, `${fresh.length} incidents`);
        assert.deepEqual(
            fresh.flatMap(({ status }) => Object.entries(outcome(status ?? assert.fail()))),
            [],
        );
        assert.deepEqual(await labels(), earlier);
        await nothingLeft();
    });

    it("has failed no request between neighbours all the while", async () => {
        const now = await told(guest, "/state");
        const since = (task: string): { readonly answers: number; readonly failures: number } => {
            const [first, last] = [atStart[task] ?? assert.fail(task), now[task] ?? assert.fail(task)];
            return { answers: last.answers - first.answers, failures: last.failures - first.failures };
        };
        const neighbours = since(`ask ${at(desk)}`);
        process.stderr.write(
            `measured: requests between neighbours ${JSON.stringify(neighbours)}, to the Service ${JSON.stringify(since(`ask ${service}`))}\n`,
        );
        assert.ok(neighbours.answers > 100, `${neighbours.answers} requests`);
        assert.equal(neighbours.failures, 0);
    });

    /** What was measured; a time is never judged. */
    function report(): void {
        for (const what of [
            "recorded",
            "decided",
            "done",
            "enforced",
            "replaced",
            "undone",
            "established cut",
        ] as const) {
            const values = measured.flatMap(([, times]) => times[what] ?? []);
            if (values.length > 0) {
                process.stderr.write(
                    `measured: ${what} p50 ${percentile(values, 0.5)} ms, p95 ${percentile(values, 0.95)} ms, ${values.length} times\n`,
                );
            }
        }
        for (const [family, times] of measured) {
            process.stderr.write(`measured: ${family}: ${JSON.stringify(times)}\n`);
        }
    }
});
