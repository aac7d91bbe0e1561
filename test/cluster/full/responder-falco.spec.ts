import assert from "node:assert/strict";
import { join } from "node:path";

import { freePort } from "../../../spiffe/test/support/free-port.js";
import { findBinary } from "../../support/binary";
import { NODE_NAME } from "../harness/control-plane";
import { programWithLibraries } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import { containedAndUndone } from "../support/containment";
import { alerts } from "../support/falco-alerts";
import { falcoOnNode, lackForFalco, SENDER } from "../support/falco-on-node";
import { HARMLESS, INJECTED } from "../support/injected";
import { startIdentityStandin, type IdentityStandin } from "../support/identity-standin";
import { lackForKubeRouter, startKubeRouter } from "../support/kube-router";
import { uncordonAll } from "../support/nodes";
import { bounds } from "../support/responder-objects";
import { ResponderProcess, type Incident } from "../support/responder-process";
import { ResponseTimes } from "../support/response-times";
import { describeOnCluster } from "../support/shared";
import { answers, at, outcome, ShopOnNode } from "../support/shop-on-node";
import { removeInOrder } from "../support/stack";
import { importTalker, MUTUAL_PORT, PLAIN_PORT, TALKER, talkers, type Tasks } from "../support/talkers";
import { objects, policy, REPLICAS, SHOP } from "../support/talking-shop";
import { until } from "../support/until";

const STRANGER = "localhost/stranger";
const BUILD = "build";
/** The shop's own, and those on which pods are told what to do and asked for their health. */
const PORTS = [PLAIN_PORT, MUTUAL_PORT, 8080];

const note = lackForFalco === "" ? "" : ` (skipped: missing: ${lackForFalco})`;

/** From the system call to the pod without a network: no event is recorded, and nothing stands for Falco or falcosidekick. */
describeOnCluster(`Falco, falcosidekick and the responder on a real node${note}`, "full", (cluster) => {
    const build = [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: BUILD } },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: BUILD, namespace: BUILD },
            spec: {
                containers: [
                    {
                        name: "main",
                        image: `${STRANGER}:1`,
                        imagePullPolicy: "Never",
                        command: ["/app/node", "--eval", "setInterval(() => {}, 1000)"],
                    },
                ],
                nodeSelector: { "kubernetes.io/hostname": NODE_NAME },
            },
        },
    ];
    const shopObjects = [...objects(), ...talkers(SHOP, "stranger", REPLICAS, STRANGER)];
    const measured = new ResponseTimes();
    let falcoObjects: readonly KubernetesObject[] = [];
    let responder: ResponderProcess | undefined;
    let identities: IdentityStandin | undefined;
    let stopEngine: (() => Promise<void>) | undefined;
    let shop: ShopOnNode;
    let atStart: Tasks;

    const program = (): ResponderProcess => responder ?? assert.fail("it is only there inside tests");

    before(async function () {
        this.timeout(60 * 60_000);
        const lack = note === "" ? await lackForKubeRouter() : lackForFalco;
        if (lack !== "") {
            process.stderr.write(`SKIPPED Falco, falcosidekick and the responder on a real node: ${lack}\n`);
            this.skip();
        }
        const { node } = cluster();
        assert.ok(node);
        const perl = await programWithLibraries(findBinary("perl") ?? assert.fail("perl is not on PATH"), "/app/perl");
        await importTalker(node, TALKER, perl);
        // The container runtime calls images of one content by one name.
        await importTalker(node, STRANGER, { ...perl, "/app/stranger": join(node.folder, "hosts") });
        identities = await startIdentityStandin(node, "example.org");
        await cluster().addFakeNodes(5);
        stopEngine = await startKubeRouter(cluster(), node);
        const isDefinition = ({ kind }: KubernetesObject): boolean => kind === "CustomResourceDefinition";
        for (const group of [shopObjects.filter(isDefinition), shopObjects, bounds(), build]) {
            await until("the objects are taken", async () => {
                const { code, stderr } = await cluster().kubectl.tryApply(group);
                return code === 0 || stderr;
            });
        }
        const port = await freePort();
        const guarded = { namespace: SHOP, ports: PORTS, images: [TALKER] };
        const { objects: applied, senders } = await falcoOnNode(cluster(), node, guarded, port);
        falcoObjects = applied;
        const [, , first = ""] = node.prefix;
        responder = await ResponderProcess.build(
            cluster(),
            policy(),
            {
                RESPONDER_DENY_LIST_NAMESPACES: SHOP,
                RESPONDER_FALCO_SENDERS: SENDER,
                RESPONDER_SENDER_AUTHORITY: `${new URL(SENDER).hostname}=${senders}`,
            },
            { prefix: ["nsenter", "--target", first, "--net", "--"], port },
        );
        await responder.start();
        shop = await ShopOnNode.on(cluster(), responder, 3 + 2 * REPLICAS);
        await until(`${at(shop.desk)} answers`, async () =>
            answers(await shop.told(shop.guest, `/ask?to=${at(shop.desk)}`), `ask ${at(shop.desk)}`, 0),
        );
        atStart = await shop.told(shop.guest, "/state");
    });

    after(async function () {
        this.timeout(300_000);
        if (identities === undefined) {
            return;
        }
        await responder?.remove();
        await uncordonAll(cluster());
        await removeInOrder(cluster(), [...shopObjects, ...bounds(), ...build, ...falcoObjects]);
        await cluster().kubectl.run(["delete", "nodes", "-l", "type=kwok"]);
        await stopEngine?.();
        await identities.stop();
        measured.report();
    });

    /** Runs a script by the program of a pod's image. @returns when it began, in milliseconds since 1970 */
    async function inject(namespace: string, pod: string, script: string): Promise<number> {
        const timed = `process.stdout.write(String(Date.now())); ${script}`;
        const exec = ["exec", "-n", namespace, pod, "--", "/app/node", "--eval", timed];
        return Number(await cluster().kubectl.run(exec));
    }

    const incidentsSince = async (start: number): Promise<readonly Incident[]> =>
        (await program().incidents()).filter(({ status }) => Date.parse(status?.detectedAt ?? "") >= start);

    it("sees nothing in a pod that starts, asks for its identity, is probed and talks", async function () {
        this.timeout(60_000);
        const { metadata } = await shop.onlyPod("web");
        await cluster().kubectl.run(["delete", "pod", metadata.name, "-n", SHOP]);
        await until("another one is ready", async () => (await shop.ready("app=web")).length === REPLICAS);
        await shop.talking();
        const told = (await alerts(cluster())).filter(({ output_fields }) => output_fields["k8s.ns.name"] === SHOP);
        assert.deepEqual(
            told.map(({ output }) => output),
            [],
        );
    });

    for (const { name, script, rule, actions, stranger } of INJECTED) {
        it(`contains ${name}, and takes it back`, async function () {
            this.timeout(240_000);
            const app = stranger ? "stranger" : "web";
            const { victim, toVictim } = await shop.talking(app);
            await shop.apart();
            const start = await inject(SHOP, victim.metadata.name, script);
            const begun = { rule, actions, app, victim, toVictim, start };
            const times = await containedAndUndone(program(), shop, begun);
            shop.sentNow();
            measured.add(name, times);
        });
    }

    it("does nothing about what is harmless, or happens where nothing is guarded", async function () {
        this.timeout(240_000);
        await shop.apart();
        const start = Date.now();
        const labels = async (): Promise<unknown> =>
            (await shop.podsIn("")).map(({ metadata }) => [metadata.name, metadata.labels]);
        const earlier = await labels();
        for (const { script, where } of HARMLESS) {
            const pod = where === BUILD ? BUILD : (await shop.onlyPod(where)).metadata.name;
            await inject(where === BUILD ? BUILD : SHOP, pod, script);
            shop.sentNow();
            await shop.apart();
        }
        // One that is real: what came before it has been taken by now.
        const last = INJECTED[0] ?? assert.fail();
        await inject(SHOP, (await shop.onlyPod("web")).metadata.name, last.script);
        const isLast = ({ status }: Incident): boolean =>
            status?.signals.some(({ rule }) => rule === last.rule) === true;
        let found: Incident | undefined;
        await until("the incident after them is contained", async () => {
            found = (await incidentsSince(start)).find(isLast);
            const contained = found?.status !== undefined && outcome(found.status)["isolate"] === "done";
            return contained || JSON.stringify(found?.status);
        });
        const others = (await incidentsSince(start)).filter((one) => !isLast(one));
        assert.deepEqual(
            others.flatMap(({ status }) => Object.entries(outcome(status ?? assert.fail()))),
            [],
        );
        await shop.decide(found ?? assert.fail(), "undo");
        await until("nothing is left of it", async () => {
            const now = new Map((await labels()) as [string, unknown][]);
            const gone = (earlier as [string, unknown][]).filter(
                ([name, own]) => now.has(name) && JSON.stringify(now.get(name)) !== JSON.stringify(own),
            );
            return gone.length === 0 || JSON.stringify(gone);
        });
    });

    it("has failed no request between neighbours all the while", async () => {
        const task = `ask ${at(shop.desk)}`;
        const now = (await shop.told(shop.guest, "/state"))[task] ?? assert.fail();
        const first = atStart[task] ?? assert.fail();
        const failures = now.failures - first.failures;
        process.stderr.write(
            `measured: ${now.answers - first.answers} requests between neighbours, ${failures} failed\n`,
        );
        assert.ok(now.answers - first.answers > 100);
        assert.equal(failures, 0);
    });
});
