import assert from "node:assert/strict";

import { objectControl } from "../../../policies/engine/control";
import { ExceptionBook } from "../../../policies/engine/exceptions";
import { packPolicies } from "../../../policies/engine/pack";
import { selectControls } from "../../../policies/engine/profiles";
import { resourceOf } from "../../support/controls";
import { configMap } from "../../support/objects";

const FEW_KEYS = objectControl({
    name: "few-keys",
    description: "No ConfigMap holds many keys.",
    why: "Nobody reads them.",
    severity: "low",
    covers: [],
    frameworks: [],
    profiles: ["baseline"],
    remediation: "Remove some.",
    kinds: ["ConfigMap"],
    params: { most: { type: "integer", description: "How many.", default: 1 } },
    *check({ body }, { params }) {
        const keys = Object.keys(body["data"] ?? {});
        if (keys.length > params.most) {
            yield { path: "data", message: `data holds ${keys.length} keys.` };
        }
    },
});

/** What the pack says of one ConfigMap with two keys, for which there is a waiver, and by which of its policies. */
function said(config: object, expires = "2026-12-31"): readonly (readonly [policy: string, message: string])[] {
    const waiver = {
        control: "few-keys",
        object: "ConfigMap shop/settings",
        reason: "r",
        owner: "o",
        ticket: "t",
        expires,
        from: "w.yaml: waivers[0]",
    };
    const now = new Date("2026-12-01T00:00:00Z");
    const resource = resourceOf(configMap({ a: "1", b: "2" }), { urn: URN });
    const messages: (readonly [policy: string, message: string])[] = [];
    const selected = selectControls([FEW_KEYS], "baseline");
    for (const policy of packPolicies({
        registry: [FEW_KEYS],
        selected,
        waivers: [waiver],
        exceptions: new ExceptionBook([]),
        now,
    })) {
        const args = {
            ...resource,
            resources: [resource],
            getConfig: () => (policy.name === "few-keys" ? config : {}),
        };
        const { validateResource, validateStack } = policy as unknown as Partial<
            Record<"validateResource" | "validateStack", Validate>
        >;
        (validateResource ?? validateStack)?.(args, (message) => messages.push([policy.name, message]));
    }
    return messages;
}

const URN = "urn:pulumi:dev::shop::kubernetes:core/v1:ConfigMap::settings";

type Validate = (args: object, report: (message: string) => void) => void;

describe("the pack's rule that waivers are in order", () => {
    it("finds a waiver in use by the defaults of its control", () => {
        assert.deepEqual(said({}), []);
    });

    it("judges by the parameters that its control is configured with, not by the defaults", () => {
        assert.deepEqual(said({ most: 5 }), [
            [
                "waivers-in-order",
                "w.yaml: waivers[0]: the waiver of few-keys for ConfigMap shop/settings matches no finding (owner o, ticket t). Remove the waiver.",
            ],
        ]);
    });

    it("leaves what only advises to a rule that fails nothing", () => {
        const [first, ...others] = said({}, "2026-12-20");
        assert.deepEqual(others, []);
        assert.equal(first?.[0], "waivers-last");
        assert.match(first[1], /^w\.yaml: waivers\[0\]: the waiver of few-keys .* ends on 2026-12-20/);
        assert.deepEqual(
            packPolicies({
                registry: [],
                selected: [],
                waivers: [],
                exceptions: new ExceptionBook([]),
                now: new Date(0),
            }).map(({ name, enforcementLevel }) => [name, enforcementLevel]),
            [
                ["waivers-in-order", "mandatory"],
                ["waivers-last", "advisory"],
            ],
        );
    });

    it("runs the controls once for both rules, afresh for each stack, and by the second where the first is off", () => {
        let runs = 0;
        const counted: typeof FEW_KEYS = {
            ...FEW_KEYS,
            check: (object, context) => (runs++, FEW_KEYS.check(object, context)),
        };
        const [, inOrder, last] = packPolicies({
            registry: [counted],
            selected: selectControls([counted], "baseline"),
            waivers: [],
            exceptions: new ExceptionBook([]),
            now: new Date(0),
        }) as readonly unknown[] as readonly Record<"validateStack", Validate>[];
        const ask = (policy: Record<"validateStack", Validate> | undefined): number => {
            const before = runs;
            policy?.validateStack(
                { resources: [resourceOf(configMap({ a: "1" }), { urn: URN })], getConfig: () => ({}) },
                () => undefined,
            );
            return runs - before;
        };
        assert.deepEqual([ask(inOrder), ask(last), ask(inOrder), ask(last)], [1, 0, 1, 0]);
        assert.deepEqual([ask(last), ask(last)], [1, 1]);
    });
});
