import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { Resolver } from "../../src/analyze/resolve.js";
import { evidenceName } from "../../src/execute/evidence.js";
import { KubernetesIncidentStore } from "../../src/knowledge/kubernetes-store.js";
import type { ActionRecord, Decision, Incident, SecurityEvent } from "../../src/model.js";
import { checkedPolicy } from "../../src/plan/policy.js";
import type { ResponsePolicy } from "../../src/plan/policy.js";
import { Responder } from "../../src/responder.js";
import { addWorkload, FakeApi, nodeOf } from "./fake-api.js";
import { FakeSpire } from "./fake-spire.js";

export const NAMESPACE = "responder";
export const BUILT_IN = ["kube-system", "spire", NAMESPACE];

/** A policy that acts at once, unless told otherwise. */
export function policyOf(change: object = {}, guards: object = {}): ResponsePolicy {
    return checkedPolicy({
        apiVersion: "responder.x0tta6bl4.io/v1alpha1",
        kind: "ResponsePolicy",
        mode: "act",
        guards: { workloadFraction: 1, coolDown: "1s", ...guards },
        rules: [ruleOf("isolate")],
        ...change,
    });
}

export function ruleOf(...types: readonly string[]): object {
    return {
        name: types.join("-"),
        explanation: "Something critical has happened in the pod.",
        match: { minimumSeverity: "critical" },
        actions: types.map((type) => (type === "rotate-secret" ? { type, secret: "tls" } : { type })),
    };
}

let serial = 0;

export function eventOf(change: Partial<SecurityEvent> = {}): SecurityEvent {
    return {
        id: createHash("sha256").update(String(++serial)).digest("hex"),
        source: "falco",
        rule: "Shell started in a guarded container",
        severity: "critical",
        at: 1_000,
        tags: ["runtime"],
        summary: "Shell in a container",
        claim: { namespace: "shop", pod: "web-0" },
        ...change,
    };
}

/** A responder on servers in memory, which may die and start again at any moment. */
export class World {
    now = 1_700_000_000_000;
    readonly evidence = new Map<string, string>();
    /** Moments before which evidence was to be deleted. */
    readonly expired: number[] = [];
    readonly api: FakeApi;
    readonly spire = new FakeSpire();
    /** Where the list of refused identities is kept. */
    denyNamespaces: readonly string[] = [NAMESPACE];
    /** The network engine that denies isolated pods everything, if there is one. */
    denyingEngine: string | undefined;
    /** Whether the responder has rights at the SPIRE server. */
    mayAskSpire = true;

    constructor(
        public policy: ResponsePolicy,
        api?: FakeApi,
    ) {
        this.api = api ?? new FakeApi(Array.from({ length: 5 }, (_, index) => nodeOf(`node-${index}`)));
    }

    start(): Promise<Responder> {
        this.api.restart();
        return Responder.start({
            policy: () => this.policy,
            resolver: new Resolver(this.api, "example.org"),
            store: new KubernetesIncidentStore(this.api, NAMESPACE),
            builtIn: BUILT_IN,
            tools: {
                api: this.api,
                ...(this.mayAskSpire && { spire: this.spire }),
                evidence: {
                    expire: (before) => {
                        this.expired.push(before);
                        return Promise.resolve();
                    },
                    put: (content) => {
                        const name = evidenceName(content);
                        this.evidence.set(name, content);
                        return Promise.resolve(name);
                    },
                },
                namespace: NAMESPACE,
                denyList: { name: "revoked-identities", namespaces: this.denyNamespaces },
                ...(this.denyingEngine !== undefined && { denyingEngine: this.denyingEngine }),
                now: () => this.now,
            },
        });
    }

    /** What a person writes into an incident. */
    decide(incident: string, decision: Omit<Decision, "id">): void {
        const key = `SecurityIncident ${NAMESPACE}/${incident}`;
        const object = this.api.objects.get(key);
        if (object === undefined) {
            throw new Error(`no ${key}`);
        }
        const before = (object.spec?.["decisions"] ?? []) as readonly Decision[];
        this.api.put({ ...object, spec: { decisions: [...before, { ...decision, id: before.length }] } });
    }
}

/** A world with the Deployment `shop/web` of three pods, which events are about unless told otherwise. */
export function shopOf(policy = policyOf()): World {
    const world = new World(policy);
    addWorkload(world.api, { namespace: "shop", name: "web", replicas: 3 });
    return world;
}

/** Starts a responder in a world, and lets it do what it does about an event. */
export async function respondIn(world: World, ...event: Parameters<typeof eventOf>) {
    const responder = await world.start();
    await responder.record([eventOf(...event)]);
    await responder.work();
    world.api.settle();
    return { responder, incident: (): Incident => responder.incidents()[0] ?? assert.fail("no incident") };
}

/** What has become of each type of action. */
export function statesOf(actions: readonly ActionRecord[]): Record<string, string> {
    return Object.fromEntries(actions.map(({ type, state }) => [type, state]));
}
