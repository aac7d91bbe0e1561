import assert from "node:assert/strict";

import { customResourcesMatchTheirDefinition } from "../../../../policies/controls/resources/custom-resources-match-their-definition";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { outcomesOf } from "../../../support/controls";

const SCHEMA = {
    type: "object",
    properties: {
        spec: {
            type: "object",
            required: ["size"],
            properties: {
                size: { type: "integer" },
                mode: { type: "string", enum: ["safe", "fast"] },
                port: { "x-kubernetes-int-or-string": true },
                tags: { type: "array", items: { type: "string" } },
                labels: { type: "object", additionalProperties: { type: "string" } },
                name: { type: "string", minLength: 2, maxLength: 4, pattern: "^[[:lower:]]+\\z" },
                address: { type: "string", format: "ipv4" },
                share: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 1, multipleOf: 0.25 },
                empty: { type: "object" },
                zone: { type: "string", default: "a" },
                zones: {
                    type: "array",
                    minItems: 1,
                    maxItems: 2,
                    "x-kubernetes-list-type": "set",
                    items: { type: "string" },
                },
                doors: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: { type: "object", properties: { name: { type: "string" } } },
                },
                source: {
                    type: "object",
                    properties: { git: { type: "string" }, oci: { type: "string" } },
                    oneOf: [{ required: ["git"] }, { required: ["oci"] }],
                },
                target: {
                    type: "object",
                    properties: { git: { type: "string" }, oci: { type: "string" } },
                    anyOf: [{ required: ["git"] }, { required: ["oci"] }],
                    not: { required: ["git", "oci"] },
                },
                ruled: {
                    type: "object",
                    properties: {
                        least: { type: "integer" },
                        most: { type: "integer" },
                        kept: { type: "string", "x-kubernetes-validations": [{ rule: "self == oldSelf" }] },
                        odd: {
                            type: "string",
                            "x-kubernetes-validations": [{ rule: "quantity(self).isGreaterThan(quantity('1'))" }],
                        },
                    },
                    "x-kubernetes-validations": [
                        { rule: "self.least <= self.most", message: "least is not above most", fieldPath: ".least" },
                    ],
                },
                free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                pipelines: {
                    type: "array",
                    items: { type: "object", properties: { inner: { type: "object" } } },
                    "x-kubernetes-preserve-unknown-fields": true,
                },
            },
        },
    },
};
const DEFINITION = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.org" },
    spec: {
        group: "example.org",
        scope: "Namespaced",
        names: { kind: "Thing", plural: "things" },
        versions: [
            { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } },
            { name: "v1beta1", served: false, storage: false, schema: { openAPIV3Schema: SCHEMA } },
        ],
    },
};
const ruled = (value: object) => thing({ size: 1, ruled: value });
const thing = (spec: object, version = "v1") => ({
    stack: [{ apiVersion: `example.org/${version}`, kind: "Thing", metadata: { name: "a" }, spec }, DEFINITION],
});

describeControl(customResourcesMatchTheirDefinition, {
    unknown: false,
    refused: {
        "a field that an object in a list does not have, whose other fields are kept": {
            ...thing({ size: 1, pipelines: [{ any: 1, inner: { any: 1 } }] }),
            message: "spec.pipelines[0].inner.any is no field that the definition has there.",
        },
        "a field that the definition does not have": {
            ...thing({ size: 1, sizes: 2 }),
            message: 'spec.sizes is no field that the definition has there; did you mean "size"?',
        },
        "a value of another type": {
            ...thing({ size: "1", tags: [1], labels: { a: 1 }, port: 1.5 }),
            message: [
                "spec.size is a text, not a whole number.",
                "spec.tags[0] is a number, not a text.",
                "spec.labels.a is a number, not a text.",
                "spec.port is a number, not a whole number or a text.",
            ],
        },
        "a value outside those that are listed": {
            ...thing({ size: 1, mode: "slow" }),
            message: "spec.mode is none of safe, fast.",
        },
        "a missing field that is required": {
            ...thing({}),
            message: "spec.size is not set, and the definition requires it.",
        },
        "metadata of a form that no object has": {
            stack: [
                {
                    apiVersion: "example.org/v1",
                    kind: "Thing",
                    metadata: { name: "a", lables: {}, labels: { a: 1 } },
                    spec: { size: 1 },
                },
                DEFINITION,
            ],
            message: [
                'metadata.lables is no field that the API has there; did you mean "labels"?',
                "metadata.labels.a is a number, not a text.",
            ],
        },
        "a text out of bounds": {
            ...thing({ size: 1, name: "ABCDE", address: "10.0.0.256" }),
            message: [
                "spec.name has 5 characters, more than 4.",
                "spec.name does not match the pattern ^[[:lower:]]+\\z.",
                "spec.address is not an IPv4 address.",
            ],
        },
        "a number out of bounds": {
            ...thing({ size: 1, share: 0 }),
            message: "spec.share is not more than 0.",
        },
        "a number between steps": { ...thing({ size: 1, share: 0.3 }), message: "spec.share is no multiple of 0.25." },
        "a field in an object that has none": {
            ...thing({ size: 1, empty: { a: 1 } }),
            message: "spec.empty.a is no field that the definition has there.",
        },
        "lists that repeat themselves or are too long": {
            ...thing({ size: 1, zones: ["a", "b", "a"], doors: [{ name: "x" }, { name: "y" }, { name: "x" }] }),
            message: [
                "spec.zones has 3 items, more than 2.",
                "spec.zones[2] repeats an item.",
                "spec.doors[2] repeats an item by name.",
            ],
        },
        "none or both of two alternatives": {
            ...thing({ size: 1, source: {}, target: { git: "a", oci: "b" } }),
            message: [
                "spec.source fits 0 of the alternatives that the definition has, not exactly one (oneOf).",
                "spec.target fits what the definition rules out (not).",
            ],
        },
        "what breaks a rule": {
            ...ruled({ least: 2, most: 1 }),
            message: "spec.ruled.least breaks a rule of the definition: least is not above most.",
        },
        "a rule that asks for what is not set": {
            ...ruled({ least: 2 }),
            message: "spec.ruled.least breaks a rule of the definition: least is not above most.",
        },
        "a version that is not served": {
            ...thing({ size: 1 }, "v1beta1"),
            message:
                "apiVersion is example.org/v1beta1, in which the definition serves no Thing: served are example.org/v1.",
        },
    },
    allowed: {
        "what fits": thing({ size: 1, mode: "safe", port: "http", tags: ["a"], labels: { a: "b" }, free: { x: 1 } }),
        "what keeps the rules": ruled({ least: 1, most: 2 }),
        "a rule about a change, of what is created": ruled({ least: 1, most: 2, kept: "a" }),
        "nulls, which the API server takes out": thing({
            size: 1,
            mode: null,
            ruled: { least: 1, most: 2, kept: null },
        }),
        "texts that are filled in later": thing({ size: "${SIZE}", name: "{{ name }}", address: "${ADDRESS}" }),
        "a resource whose definition is elsewhere": {
            object: { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "a" }, spec: { sizes: 1 } },
        },
    },
});

describe("custom-resources-match-their-definition", () => {
    const outcome = (value: object) => outcomesOf(customResourcesMatchTheirDefinition, ruled(value).stack);

    it("names the rules that it can't judge", () => {
        assert.deepEqual(
            outcome({ least: 1, most: 2, odd: "2" }).map((one) => one.status === "unverifiable" && one.error.message),
            [
                "the definition of Thing is not judged here: spec.ruled.odd, rule \"quantity(self).isGreaterThan(quantity('1'))\": found no matching overload for 'quantity(dyn)'",
            ],
        );
    });

    it("takes the rules for unanswered where they read what is not known yet", () => {
        assert.deepEqual(
            outcome({ least: 1, most: "${MOST}" }).map((one) => one.status === "unverifiable" && one.error.message),
            [
                'the definition of Thing is not judged here: spec.ruled, rule "self.least <= self.most": a value that it may read is not known yet',
            ],
        );
    });
});

describe("what a custom resource lacks", () => {
    const webhook = (rules?: readonly object[], kind = "MutatingWebhookConfiguration") => ({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind,
        metadata: { name: "defaults" },
        webhooks: [{ name: "defaults.example.org", ...(rules && { rules }) }],
    });
    const statuses = (spec: object, ...others: Manifest[]) =>
        outcomesOf(customResourcesMatchTheirDefinition, [...thing(spec).stack, ...others]).map((outcome) =>
            outcome.status === "unverifiable" ? outcome.error.message : outcome.status,
        );
    const left =
        "spec.size is not set, and the definition requires it, unless MutatingWebhookConfiguration defaults fills it in";

    it("can't be told where a webhook of the stack changes such objects before they are validated", () => {
        assert.deepEqual(statuses({}), ["violation"]);
        assert.deepEqual(statuses({}, webhook([{ apiGroups: ["example.org"] }])), [left]);
        assert.deepEqual(statuses({}, webhook([{ apiGroups: [""] }, { apiGroups: ["*"] }])), [left]);
        assert.deepEqual(statuses({}, webhook()), [left], "its controller writes the rules");
        assert.deepEqual(statuses({}, webhook([{ apiGroups: ["apps"] }])), ["violation"]);
        assert.deepEqual(statuses({}, webhook(undefined, "ValidatingWebhookConfiguration")), ["violation"]);
    });

    it("hides nothing else that is wrong", () => {
        assert.deepEqual(statuses({ sizes: 1 }, webhook()), ["violation", left]);
        assert.deepEqual(statuses({ size: "1" }, webhook()), ["violation"]);
    });
});
