import assert from "node:assert/strict";

import { readEvents, simulate } from "../src/simulate.js";
import { INCIDENTS } from "./data/recordings.js";
import { BUILT_IN, policyOf, ruleOf } from "./support/world.js";

const workload = (replicas: number) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } } } },
});

const lines = INCIDENTS.slice(0, 2)
    .flatMap(({ bodies }) => bodies)
    .map((body) => JSON.stringify(body));

describe("The simulator", () => {
    const input = { policy: policyOf(), trustDomain: "example.org", builtIn: BUILT_IN, nodes: 3 };

    it("shows what would be done in a stack, and what a guard rail would stop", async () => {
        for (const [replicas, state, guard] of [
            [3, "planned", undefined],
            [1, "blocked", "last-ready-replica"],
        ] as const) {
            const decisions = await simulate({
                ...input,
                objects: [workload(replicas)],
                events: readEvents(lines.join("\n")),
            });
            assert.deepEqual(
                decisions.map(({ key, actions }) => [
                    key,
                    actions.map((action) => [action.type, action.state, action.guard]),
                ]),
                [
                    ["workload Deployment shop/web", [["isolate", state, guard]]],
                    ["workload Deployment shop/web", []],
                ],
            );
        }
    });

    it("takes the least number of replicas of an autoscaler for the number there is", async () => {
        const { selector, template } = workload(1).spec;
        const scaler = {
            apiVersion: "autoscaling/v2",
            kind: "HorizontalPodAutoscaler",
            metadata: { name: "web", namespace: "shop" },
            spec: { minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "web" } },
        };
        const objects = [{ ...workload(1), spec: { selector, template } }, scaler];
        const [decision] = await simulate({ ...input, objects, events: readEvents(lines[0] ?? "") });
        assert.equal(decision?.actions[0]?.state, "planned");
    });

    it("counts what it would have done against the budgets", async () => {
        const policy = policyOf({ rules: [ruleOf("isolate", "cordon")] }, { actionsPerHour: 1, nodeFraction: 1 });
        const [decision] = await simulate({
            ...input,
            policy,
            objects: [workload(3)],
            events: readEvents(`[${lines.join()}]`),
        });
        assert.deepEqual(
            decision?.actions.map(({ state, guard }) => [state, guard]),
            [
                ["planned", undefined],
                ["blocked", "actions-per-hour"],
            ],
        );
    });

    it("says which pod the stack doesn't have", async () => {
        const [decision] = await simulate({ ...input, objects: [], events: readEvents(lines[0] ?? "") });
        assert.deepEqual(decision?.unresolved, ["pod shop/web-0 is not there any more"]);
    });

    it("names a message that can't be read by its number", () => {
        assert.throws(
            () => readEvents(`${lines[0] ?? ""}\n{"rule":1}`),
            /^MessageListError: message 2: this is no message of falco:/,
        );
        assert.throws(() => readEvents("[{"), {
            name: "MessageListError",
            message: "the list of messages is no JSON (RFC 8259)",
        });
    });
});
