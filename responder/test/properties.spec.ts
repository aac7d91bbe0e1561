import assert from "node:assert/strict";

import fc from "fast-check";

import type { Incident } from "../src/model.js";
import { omit } from "../src/omit.js";
import { TRAITS } from "../src/plan/traits.js";
import type { Responder } from "../src/responder.js";
import { addWorkload, Crash } from "./support/fake-api.js";
import { BUILT_IN, eventOf, policyOf, shopOf, World } from "./support/world.js";

const HOUR = 3_600_000;

/** Small worlds: what goes wrong with many workloads goes wrong with three. */
const workloads = fc.uniqueArray(
    fc.record({
        namespace: fc.constantFrom("shop", "bank", "kube-system", "spire"),
        name: fc.constantFrom("web", "api"),
        kind: fc.constantFrom("Deployment", "StatefulSet", "DaemonSet"),
        replicas: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 3, selector: ({ namespace, name }) => `${namespace}/${name}` },
);

const ACTION_NAMES = ["isolate", "terminate", "cordon", "restart", "capture-evidence", "notify"] as const;

const rules = fc.array(
    fc.record({
        minimumSeverity: fc.constantFrom("low", "high", "critical"),
        actions: fc.uniqueArray(fc.constantFrom(...ACTION_NAMES), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
);

const policies = fc
    .record({
        mode: fc.constantFrom("observe", "propose", "act", "act", "act"),
        rules,
        actionsPerHour: fc.integer({ min: 0, max: 6 }),
        workloadFraction: fc.constantFrom(0, 0.34, 0.5, 1),
        nodeFraction: fc.constantFrom(0, 0.2, 0.5, 1),
        coolDown: fc.constantFrom("1s", "5m"),
        protectedNamespaces: fc.subarray(["shop", "bank"], { maxLength: 1 }),
    })
    .map(({ mode, rules: drawn, ...guards }) =>
        policyOf(
            {
                mode,
                rules: drawn.map(({ minimumSeverity, actions }, index) => ({
                    name: `rule-${index}`,
                    explanation: "Drawn by the property test.",
                    match: { minimumSeverity },
                    actions: actions.map((type) => ({ type })),
                })),
            },
            guards,
        ),
    );

/** What happens to the responder: events, time, people and crashes. */
const steps = fc.array(
    fc.oneof(
        {
            weight: 5,
            arbitrary: fc.record({
                step: fc.constant("event" as const),
                workload: fc.nat(2),
                replica: fc.nat(5),
                severity: fc.constantFrom("low", "high", "critical"),
                again: fc.boolean(),
            }),
        },
        {
            weight: 2,
            arbitrary: fc.record({ step: fc.constant("wait" as const), ms: fc.constantFrom(1_000, 400_000, HOUR) }),
        },
        {
            weight: 2,
            arbitrary: fc.record({
                step: fc.constant("decide" as const),
                incident: fc.nat(2),
                verdict: fc.constantFrom("approve", "undo", "confirm", "acknowledge"),
            }),
        },
        { weight: 1, arbitrary: fc.record({ step: fc.constant("restart" as const) }) },
    ),
    { minLength: 1, maxLength: 14 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
type Workload = typeof workloads extends fc.Arbitrary<(infer W)[]> ? W : never;

function worldOf(drawn: readonly Workload[], policy: ReturnType<typeof policyOf>): World {
    const world = new World(policy);
    drawn.forEach((workload) => addWorkload(world.api, workload));
    return world;
}

/** Carries out one step. @returns the responder, another one after a restart */
async function take(world: World, responder: Responder, drawn: readonly Workload[], step: Step): Promise<Responder> {
    switch (step.step) {
        case "event": {
            const { namespace, name } = drawn[step.workload % drawn.length] ?? assert.fail();
            const pods = world.api.all("Pod").filter(({ metadata }) => metadata.name.startsWith(name));
            const pod = pods[step.replica % Math.max(1, pods.length)]?.metadata.name ?? "gone";
            const event = eventOf({ severity: step.severity, claim: { namespace, pod } });
            await responder.record(step.again ? [event, event] : [event]);
            await responder.work();
            break;
        }
        case "wait":
            world.now += step.ms;
            await responder.tick();
            break;
        case "decide": {
            const incident = responder.incidents()[step.incident];
            if (incident !== undefined) {
                world.decide(incident.name, { verdict: step.verdict, by: "alice" });
                await responder.tick();
            }
            break;
        }
        case "restart":
            return world.start();
    }
    world.api.settle();
    return responder;
}

/** Every guard rail, asked of what has been done and not of what was planned. */
function assertGuarded(world: World, incidents: readonly Incident[], drawn: readonly Workload[]): void {
    const { mode, guards } = world.policy;
    const begun = incidents
        .flatMap(({ actions }) => actions)
        .filter(({ type, startedAt }) => TRAITS[type].changes && startedAt !== undefined);
    for (const { type, target, approvedBy } of begun) {
        assert.notEqual(mode, "observe");
        assert.ok(mode === "act" || approvedBy !== undefined, `${type} without approval`);
        assert.ok(!TRAITS[type].destructive || approvedBy !== undefined, `${type} without approval`);
        const { namespace = "" } = target;
        const left = TRAITS[type].scope === "node" || ![...BUILT_IN, ...guards.protectedNamespaces].includes(namespace);
        assert.ok(left, `${type} in protected namespace ${namespace}`);
    }
    for (const { startedAt = 0 } of begun) {
        const within = begun.filter(
            (one) => (one.startedAt ?? 0) <= startedAt && (one.startedAt ?? 0) > startedAt - HOUR,
        );
        assert.ok(within.length <= guards.actionsPerHour, `${within.length} actions within an hour`);
    }
    const cordoned = world.api.all("Node").filter(({ spec }) => spec?.["unschedulable"] === true).length;
    assert.ok(cordoned <= Math.floor(5 * guards.nodeFraction), `${cordoned} nodes cordoned`);
    for (const { namespace, name } of drawn) {
        assert.ok(world.api.readyPods(namespace, { app: name }) >= 1, `${namespace}/${name} has no ready replica`);
    }
}

describe("The responder, whatever happens", function () {
    this.timeout(120_000);

    it("keeps every guard rail, for every policy and sequence of events, decisions and restarts", async () => {
        await fc.assert(
            fc.asyncProperty(workloads, policies, steps, async (drawn, policy, sequence) => {
                const world = worldOf(drawn, policy);
                let responder = await world.start();
                for (const step of sequence) {
                    responder = await take(world, responder, drawn, step);
                    assertGuarded(world, responder.incidents(), drawn);
                }
            }),
            { numRuns: 60 },
        );
    });

    it("brings every object back byte for byte when everything is undone", async () => {
        await fc.assert(
            fc.asyncProperty(workloads, rules, async (drawn, drawnRules) => {
                const actions = [...new Set(drawnRules.flatMap((rule) => rule.actions))].filter(
                    (type) => TRAITS[type].undoable,
                );
                fc.pre(actions.length > 0);
                const rule = {
                    name: "undo",
                    explanation: "Drawn by the property test.",
                    match: { minimumSeverity: "low" },
                };
                const world = worldOf(
                    drawn,
                    policyOf(
                        { rules: [{ ...rule, actions: actions.map((type) => ({ type })) }] },
                        { actionsPerHour: 100, nodeFraction: 1 },
                    ),
                );
                const before = picture(world);
                const responder = await world.start();
                for (const { metadata } of world.api.all("Pod")) {
                    await responder.record([eventOf({ claim: { namespace: metadata.namespace, pod: metadata.name } })]);
                    await responder.work();
                }
                for (const { name } of responder.incidents()) {
                    world.decide(name, { verdict: "undo", by: "alice" });
                }
                await responder.tick();
                assert.deepEqual(picture(world), before);
            }),
            { numRuns: 40 },
        );
    });

    it("ends in the same state however often it crashes, and at whichever call", async () => {
        await fc.assert(
            fc.asyncProperty(
                rules,
                fc.array(fc.record({ call: fc.nat(40), fault: fc.constantFrom("before", "after") }), { maxLength: 4 }),
                async (drawnRules, crashes) => {
                    const policy = policyOf({
                        rules: drawnRules.map(({ minimumSeverity, actions }, index) => ({
                            name: `rule-${index}`,
                            explanation: "Drawn by the property test.",
                            match: { minimumSeverity },
                            actions: actions.map((type) => ({ type })),
                        })),
                    });
                    const event = eventOf();
                    const calm = await contained(policy, event, []);
                    assert.deepEqual(await contained(policy, event, crashes), calm);
                },
            ),
            { numRuns: 60 },
        );
    });
});

/** Contains one incident through crashes, each at the given call after the one before. @returns what has become of the world */
async function contained(
    policy: ReturnType<typeof policyOf>,
    event: ReturnType<typeof eventOf>,
    crashes: readonly { readonly call: number; readonly fault: "before" | "after" }[],
): Promise<unknown> {
    const world = shopOf(policy);
    const left = [...crashes];
    let calls = 0;
    world.api.fault = () => {
        const crash = left[0];
        if (crash === undefined || calls++ < crash.call) {
            return undefined;
        }
        left.shift();
        calls = 0;
        return crash.fault;
    };
    for (;;) {
        try {
            const responder = await world.start();
            await responder.record([event]);
            await responder.work();
            await responder.tick();
            await responder.tick();
            const [incident] = responder.incidents();
            return {
                world: picture(world),
                actions: incident?.actions.map(({ id, state, target }) => [id.split(":")[0], state, target.pod]),
                count: incident?.signals.map(({ count }) => count),
            };
        } catch (error) {
            assert.ok(error instanceof Crash, String(error));
        }
    }
}

/** Every object but the responder's own, without what changes at each write and what is drawn at random. */
function picture({ api }: World): unknown {
    return [...api.objects.values()]
        .filter(({ kind }) => kind !== "SecurityIncident" && kind !== "Event")
        .map(({ kind, metadata, spec }) =>
            JSON.stringify([
                kind,
                Object.entries(omit(metadata, "resourceVersion", "generation", "uid", "ownerReferences")).sort(),
                spec,
            ]),
        )
        .sort();
}
