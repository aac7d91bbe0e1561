import assert from "node:assert/strict";

import { QUARANTINE_POLICY } from "../../../responder/src/execute/actions/isolate.js";
import type { KubernetesApi } from "../../../responder/src/kubernetes/objects.js";
import type { ActionType, SecurityEvent } from "../../../responder/src/model.js";
import type { Responder } from "../../../responder/src/responder.js";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { uncordonAll } from "./nodes";
import { ResponderInProcess } from "./responder-in-process";
import { actingPolicy } from "./responder-objects";
import { until } from "./until";

const LABELS = { app: "till" };
const REPLICAS = 8;

const POLICY = actingPolicy(
    "{ workloadFraction: 1, nodeFraction: 1, coolDown: 1s, actionsPerHour: 1000, destructive: working-hours, " +
        'workingHours: { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "23:59", timeZone: UTC } }',
    `  - name: drift
    explanation: The image is not what runs there any more.
    match: { rules: [Drift] }
    actions: [{ type: rollback }, { type: restart }]
  - name: stubborn
    explanation: Somebody else writes the same pod all the time.
    match: { rules: [Stubborn] }
    actions: [{ type: isolate }]
  - name: gone
    explanation: The pod has to go.
    match: { rules: [Gone] }
    actions: [{ type: capture-evidence }, { type: isolate }, { type: terminate }]
`,
);

/** A Deployment `till` in a namespace, and in another one a responder that guards it. */
export class GuardedShop {
    private constructor(
        private readonly cluster: Cluster,
        /** Where the responder has its incidents. */
        readonly own: string,
        /** Where the Deployment is. */
        readonly namespace: string,
        readonly responder: ResponderInProcess,
    ) {}

    /** @param name of the responder's namespace; the Deployment's begins with it */
    static async on(cluster: Cluster, name: string): Promise<GuardedShop> {
        const namespace = `${name}-shop`;
        const deployment: KubernetesObject = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "till", namespace },
            spec: {
                replicas: REPLICAS,
                selector: { matchLabels: LABELS },
                template: { metadata: { labels: LABELS }, spec: { containers: [{ name: "main", image: "till:1" }] } },
            },
        };
        const responder = await ResponderInProcess.on(cluster, name, POLICY);
        const objects = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, deployment];
        await cluster.kubectl.apply(objects);
        return new GuardedShop(cluster, name, namespace, responder);
    }

    /** Takes all of it away, and gives every node back. */
    async remove(): Promise<void> {
        this.responder.api.close();
        await uncordonAll(this.cluster);
        await this.cluster.kubectl.run(["delete", "namespace", this.own, this.namespace, "--wait=false"]);
    }

    /** A pod of the Deployment that is ready, once all of them are. */
    async readyPod(): Promise<KubernetesObject> {
        let ready: readonly KubernetesObject[] = [];
        await until("every replica is ready", async () => {
            ready = (await this.cluster.kubectl.list("pods", this.namespace, ["-l", "app=till"])).filter(
                ({ metadata, status }) =>
                    metadata.deletionTimestamp === undefined && JSON.stringify(status).includes('"Running"'),
            );
            return ready.length === REPLICAS || `${ready.length} are`;
        });
        return ready[0] ?? assert.fail();
    }

    pod(name: string): Promise<KubernetesObject | undefined> {
        return this.cluster.kubectl.get("pod", name, this.namespace);
    }

    /** The network policy that closes what is isolated. */
    quarantine(): Promise<KubernetesObject | undefined> {
        return this.cluster.kubectl.get("networkpolicy", QUARANTINE_POLICY, this.namespace);
    }

    /** An event of a rule about a pod, which nobody has sent before. */
    event(rule: string, pod: string): SecurityEvent {
        return this.responder.event(rule, this.namespace, pod);
    }

    /** The state of each action of an event's incident. */
    async states(event: SecurityEvent): Promise<Readonly<Partial<Record<ActionType, string>>>> {
        const incident = await this.responder.saved(event);
        return Object.fromEntries(incident?.actions.map(({ type, state }) => [type, state]) ?? []);
    }

    /** What an action of an event's incident says of itself. */
    async reason(event: SecurityEvent, wanted: ActionType): Promise<string> {
        const incident = await this.responder.saved(event);
        return incident?.actions.find(({ type }) => type === wanted)?.reason ?? assert.fail(wanted);
    }

    /** Waits until nobody has confirmed in time what was done, and lets a process take it back. */
    async takeBack(api: KubernetesApi = this.responder.api): Promise<void> {
        this.responder.later();
        await this.responder.live(api, (responder) => responder.tick());
    }

    /** Has the Deployment run an image, and waits until it does. */
    async deploy(image: string): Promise<void> {
        const where = ["deployment/till", "-n", this.namespace];
        await this.cluster.kubectl.run(["set", "image", ...where, `main=${image}`]);
        await this.cluster.kubectl.run(["rollout", "status", ...where, "--timeout=60s"]);
    }

    /** Adds a decision of the test's own user. */
    async decide(incident: string, verdict: string): Promise<void> {
        const { kubectl } = this.cluster;
        const { spec } = (await kubectl.get("securityincident", incident, this.own)) ?? assert.fail(incident);
        const before = (spec as { decisions?: readonly unknown[] }).decisions ?? [];
        const by = await kubectl.run(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]);
        const decisions = [...before, { id: before.length, verdict, by }];
        await kubectl.run([
            ...["patch", "securityincident", incident, "-n", this.own, "--type=merge", "-p"],
            JSON.stringify({ spec: { decisions } }),
        ]);
    }
}

/** A process that hears of an event, and does all that follows from it. */
export const answering =
    (event: SecurityEvent) =>
    async (responder: Responder): Promise<void> => {
        // Whoever wasn't told that it is recorded sends it again.
        await responder.record([event]);
        await responder.work();
    };
