import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { INCIDENTS, LOOKALIKES } from "../../../responder/test/data/recordings.js";
import { TestCa } from "../../../spiffe/test/support/ca.js";
import type { KubernetesObject } from "../harness/kubectl";
import { containedAndUndone } from "../support/containment";
import { startIdentityStandin, type IdentityStandin } from "../support/identity-standin";
import { lackForKubeRouter, startKubeRouter } from "../support/kube-router";
import { uncordonAll } from "../support/nodes";
import { bounds } from "../support/responder-objects";
import { ResponderProcess } from "../support/responder-process";
import { ResponseTimes } from "../support/response-times";
import { describeOnCluster } from "../support/shared";
import { answers, at, outcome, ruleOf, ShopOnNode } from "../support/shop-on-node";
import { removeInOrder } from "../support/stack";
import { importTalker, MUTUAL_PORT, PLAIN_PORT, showCertificate, type Tasks } from "../support/talkers";
import { objects, policy, SHOP } from "../support/talking-shop";
import { until } from "../support/until";

/** Falco can't be had everywhere: its events are recorded, and their pods are real ones that talk on an enforced network. */
describeOnCluster("the responder on a real node", "full", (cluster) => {
    const all = objects();
    const measured = new ResponseTimes();
    let responder: ResponderProcess | undefined;
    let identities: IdentityStandin | undefined;
    let stopEngine: (() => Promise<void>) | undefined;
    let shop: ShopOnNode;
    let service: string;
    /** What the guest had asked before the first incident. */
    let atStart: Tasks;

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
                const { code, stderr } = await cluster().kubectl.tryApply(group);
                return code === 0 || stderr;
            });
        }
        responder = await ResponderProcess.build(cluster(), policy(), { RESPONDER_DENY_LIST_NAMESPACES: SHOP });
        await responder.start();
        shop = await ShopOnNode.on(cluster(), responder);
        const { clusterIP } = (await cluster().kubectl.get("service", "web", SHOP))?.["spec"] as { clusterIP: string };
        service = `${clusterIP}:${PLAIN_PORT}`;
        for (const to of [at(shop.desk), service]) {
            await until(`${to} answers`, async () =>
                answers(await shop.told(shop.guest, `/ask?to=${to}`), `ask ${to}`, 0),
            );
        }
        atStart = await shop.told(shop.guest, "/state");
    });

    after(async function () {
        this.timeout(180_000);
        if (responder === undefined && identities === undefined) {
            return;
        }
        await responder?.remove();
        await uncordonAll(cluster());
        await removeInOrder(cluster(), [...all, ...bounds()]);
        await cluster().kubectl.run(["delete", "nodes", "-l", "type=kwok"]);
        await stopEngine?.();
        await identities?.stop();
        measured.report();
    });

    for (const recording of INCIDENTS.filter(({ path }) => path === "/falco")) {
        it(`contains ${recording.name}, and takes it back`, async function () {
            this.timeout(180_000);
            const { victim, toVictim } = await shop.talking();
            await shop.apart();
            const start = Date.now();
            await shop.send(recording, victim.metadata.name);
            const acknowledged = Date.now() - start;
            const { actions } = recording;
            const begun = { rule: ruleOf(recording), actions, app: "web", victim, toVictim, start };
            const times = { ...(await containedAndUndone(program(), shop, begun)), recorded: acknowledged };
            measured.add(recording.name, times);
        });
    }

    it("leaves connections that are established open, as the engine does, until a person has the pod ended", async function () {
        this.timeout(180_000);
        const { victim, toVictim } = await shop.talking("client");
        await program().send("Intruder", victim.metadata.name, SHOP);
        const found = await shop.incidentOf("Intruder", (status) => outcome(status)["isolate"] === "done");
        assert.equal(outcome(found.status ?? assert.fail())["terminate"], "proposed");
        await shop.lastAnswer(shop.guest, `ask ${toVictim}`);
        const held = async (): Promise<number> =>
            (await shop.told(shop.guest, "/state"))[`hold ${toVictim}`]?.answers ?? 0;
        const earlier = await held();
        await sleep(1_000);
        assert.ok((await held()) > earlier, "the engine cuts what is established: docs/responder.md says otherwise");
        const start = Date.now();
        await shop.decide(found, "approve", found.status?.actions.find(({ type }) => type === "terminate")?.id);
        const last = await shop.lastAnswer(shop.guest, `hold ${toVictim}`);
        measured.add("ended by a person, from the approval on", { "established cut": last - start });
        await until("it is replaced", async () => (await shop.ready("app=client")).length === 1);
        await shop.decide(found, "undo");
        await shop.incidentOf("Intruder", (status) => outcome(status)["isolate"] === "undone");
        await shop.nothingLeft();
    });

    it("has peers cut a revoked identity off, and let it in again", async function () {
        this.timeout(600_000);
        const client = await shop.onlyPod("client");
        const peer = at(shop.desk, MUTUAL_PORT);
        const task = `trust ${peer}`;
        await until("the peer lets it in", async () => answers(await shop.told(client, `/trust?to=${peer}`), task, 0));
        await program().send("Identity", client.metadata.name, SHOP);
        const found = await shop.incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "proposed");
        const start = Date.now();
        await shop.decide(found, "approve");
        await shop.incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "done");
        // The kubelet looks at mounted ConfigMaps about once a minute.
        const last = await shop.lastAnswer(client, task, 150);
        measured.add("identity refused by a peer, from the approval on", { "established cut": last - start });
        const refused = (await shop.told(client, "/state"))[task] ?? assert.fail();
        await until("it is refused anew", async () => {
            const now = (await shop.told(client, "/state"))[task] ?? assert.fail();
            return now.failures > refused.failures && now.answers === refused.answers;
        });
        await shop.decide(found, "undo");
        await shop.incidentOf("Identity", (status) => outcome(status)["revoke-identity"] === "undone");
        await until(
            "the peer lets it in again",
            async () => {
                const now = (await shop.told(client, "/state"))[task] ?? assert.fail();
                return now.answers > refused.answers || JSON.stringify(now);
            },
            { seconds: 150 },
        );
    });

    it("isolates nobody for a forged SVID: the peer refuses it, and people are told", async () => {
        const peer = at(shop.desk, MUTUAL_PORT);
        const show = async (ca: TestCa): Promise<string> => {
            const { certificates, privateKey } = await ca.issue(`/ns/${SHOP}/sa/client`);
            const key = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
            return showCertificate(cluster(), SHOP, shop.guest.metadata.name, peer, {
                cert: certificates.join("\n"),
                key,
            });
        };
        assert.equal(await show(identities?.authority ?? assert.fail()), "answered");
        assert.equal(await show(await TestCa.create("example.org")), "refused");
        const [recording] = INCIDENTS.filter(({ path }) => path === "/alertmanager");
        assert.ok(recording);
        await shop.send(recording, shop.desk.metadata.name);
        const { status } = await shop.incidentOf(ruleOf(recording), ({ actions }) =>
            actions.some(({ type, state }) => type === "notify" && state === "done"),
        );
        assert.deepEqual(outcome(status ?? assert.fail()), recording.actions);
        await shop.nothingLeft();
    });

    it("does nothing about a dozen look-alikes", async function () {
        this.timeout(180_000);
        const known = new Set((await program().incidents()).map(({ metadata }) => metadata.name));
        const [first, second] = await shop.ready("app=web");
        const labels = async (): Promise<unknown> =>
            (await shop.podsIn("")).map(({ metadata }) => [metadata.name, metadata.labels]);
        const earlier = await labels();
        for (const recording of LOOKALIKES) {
            await shop.apart();
            await shop.send(recording, first?.metadata.name ?? "", second?.metadata.name ?? "");
        }
        const fresh = (await program().incidents()).filter(({ metadata }) => !known.has(metadata.name));
        assert.ok(fresh.length >= LOOKALIKES.length - 2, `${fresh.length} incidents`);
        assert.deepEqual(
            fresh.flatMap(({ status }) => Object.entries(outcome(status ?? assert.fail()))),
            [],
        );
        assert.deepEqual(await labels(), earlier);
        await shop.nothingLeft();
    });

    it("has failed no request between neighbours all the while", async () => {
        const now = await shop.told(shop.guest, "/state");
        const since = (task: string): { readonly answers: number; readonly failures: number } => {
            const [first, last] = [atStart[task] ?? assert.fail(task), now[task] ?? assert.fail(task)];
            return { answers: last.answers - first.answers, failures: last.failures - first.failures };
        };
        const neighbours = since(`ask ${at(shop.desk)}`);
        process.stderr.write(
            `measured: requests between neighbours ${JSON.stringify(neighbours)}, to the Service ${JSON.stringify(since(`ask ${service}`))}\n`,
        );
        assert.ok(neighbours.answers > 100, `${neighbours.answers} requests`);
        assert.equal(neighbours.failures, 0);
    });
});
