import assert from "node:assert/strict";

import { configuredPolicies } from "../../../policies/engine/configured";
import type { Control } from "../../../policies/engine/control";
import { objectControl } from "../../../policies/engine/control";
import { resourceOf } from "../../support/controls";
import { configMap } from "../../support/objects";

/** A control that is violated by every ConfigMap. */
function noConfigMaps(name: string, rest: Pick<Control, "profiles"> & Partial<Pick<Control, "aliases">>): Control {
    return objectControl({
        name,
        description: "There is no ConfigMap.",
        why: "Nobody reads them.",
        severity: "low",
        covers: [],
        frameworks: [],
        remediation: "Remove it.",
        kinds: ["ConfigMap"],
        ...rest,
        *check() {
            yield { path: "data", message: `${name} was asked.` };
        },
    });
}

const REGISTRY = [
    noConfigMaps("for-strangers", { profiles: ["restricted"] }),
    noConfigMaps("for-us", { profiles: ["x0tta6bl4"], aliases: ["for-us-once"] }),
];

type Validate = (args: object, report: (message: string) => void) => void;

/** Runs the pack as the SDK does: its policies in their order over one ConfigMap, then over the stack. */
function said(settings: object): readonly string[] {
    const policies = configuredPolicies(REGISTRY, new Date("2026-12-01T00:00:00Z"), "/nowhere");
    const resource = resourceOf(configMap({ a: "1" }));
    const messages: string[] = [];
    for (const stage of ["validateResource", "validateStack"] as const) {
        for (const policy of policies) {
            const getConfig = () => (policy.name === "hardening-settings" ? settings : {});
            const validate = (policy as unknown as Partial<Record<typeof stage, Validate>>)[stage];
            validate?.({ ...resource, resources: [resource], getConfig }, (message) => messages.push(message));
        }
    }
    return messages.map((message) => /(for-[a-z]+) was asked/.exec(message)?.[1] ?? message);
}

describe("the pack that is configured by who uses it", () => {
    it("goes by restricted where nothing is configured", () => {
        assert.deepEqual(said({}), ["for-strangers"]);
    });

    it("runs what is configured, a control by its former name too", () => {
        assert.deepEqual(said({ profile: "x0tta6bl4" }), ["for-us"]);
        assert.deepEqual(said({ controls: ["for-us"] }), ["for-strangers", "for-us"]);
        assert.deepEqual(said({ controls: ["for-us-once"] }), ["for-strangers", "for-us"]);
    });

    it("names all that is wrong with its configuration, and goes by the defaults then", () => {
        const wrong = { profile: "x0tta6bl4", controls: ["no-such"], waivers: ["gone.yaml"] };
        assert.deepEqual(said(wrong), [
            "for-strangers",
            "hardening-settings.controls: no-such is not known; known: for-strangers, for-us, all",
            "hardening-settings.waivers: gone.yaml does not exist in /nowhere",
        ]);
        assert.deepEqual(said({ controls: ["all"] }), [
            "for-strangers",
            "hardening-settings.controls: all is no control but a profile; set hardening-settings.profile to it",
        ]);
    });
});
