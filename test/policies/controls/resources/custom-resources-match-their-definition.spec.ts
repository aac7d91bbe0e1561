import { customResourcesMatchTheirDefinition } from "../../../../policies/controls/resources/custom-resources-match-their-definition";
import { describeControl } from "../../../support/control-suite";

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
                free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
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
const thing = (spec: object, version = "v1") => ({
    stack: [{ apiVersion: `example.org/${version}`, kind: "Thing", metadata: { name: "a" }, spec }, DEFINITION],
});

describeControl(customResourcesMatchTheirDefinition, {
    unknown: false,
    refused: {
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
        "a version that is not served": {
            ...thing({ size: 1 }, "v1beta1"),
            message:
                "apiVersion is example.org/v1beta1, in which the definition serves no Thing: served are example.org/v1.",
        },
    },
    allowed: {
        "what fits": thing({ size: 1, mode: "safe", port: "http", tags: ["a"], labels: { a: "b" }, free: { x: 1 } }),
        "a resource whose definition is elsewhere": {
            object: { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "a" }, spec: { sizes: 1 } },
        },
    },
});
