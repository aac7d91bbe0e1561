import assert from "node:assert/strict";

import { noCredentialsInObjects } from "../../../../policies/controls/secrets/no-credentials-in-objects";
import { withUnknown } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";
import { outcomesOf } from "../../../support/controls";
import { configMap, pod } from "../../../support/objects";

/** Put together here, so that no scanner takes it for a token that somebody lost. */
const TOKEN = `ghp_${"a1B2".repeat(9)}`;
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const custom = (rest: Readonly<Record<string, unknown>>, metadata: Readonly<Record<string, unknown>> = {}) => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "it", namespace: "shop", ...metadata },
    ...rest,
});
const message = (path: string, what = "a GitHub token"): string =>
    `${path} holds ${what}. Move it to a Secret and rotate it.`;

const literal = (path: string, name: string): string =>
    `${path} is a literal for "${name}", the name of a credential. Move it to a Secret and rotate it.`;

describeControl(noCredentialsInObjects, {
    refused: {
        "a token in an annotation": {
            object: custom({}, { annotations: { note: TOKEN } }),
            message: message("metadata.annotations.note"),
        },
        "a token in a label": {
            object: custom({}, { labels: { "example.com/key": TOKEN } }),
            message: message('metadata.labels["example.com/key"]'),
        },
        "a password in what kubectl keeps of a manifest": {
            object: custom(
                {},
                { annotations: { [LAST_APPLIED]: JSON.stringify({ spec: { url: "postgres://a:b@db/x" } }) } },
            ),
            message: message(`metadata.annotations["${LAST_APPLIED}"]`, "a URL with a password"),
        },
        "a token deep in a custom resource": {
            object: custom({ spec: { steps: [{ with: { header: `Authorization: ${TOKEN}` } }] } }),
            message: message("spec.steps[0].with.header"),
        },
        "a token in an annotation of the pods that a workload makes": {
            object: {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "web", namespace: "shop" },
                spec: {
                    template: {
                        metadata: { labels: { app: "web" }, annotations: { note: TOKEN } },
                        spec: { containers: [{ name: "web", image: "registry.example/web:1" }] },
                    },
                },
            },
            message: message("spec.template.metadata.annotations.note"),
        },
        "a token in an annotation of a pod, once": {
            object: pod({}, {}, { annotations: { note: TOKEN } }),
            message: [message("metadata.annotations.note")],
        },
        "a token beside the containers of a custom resource": {
            object: custom({
                spec: {
                    token: TOKEN,
                    template: {
                        metadata: { annotations: { note: TOKEN } },
                        spec: { containers: [{ name: "web", image: "a", env: [{ name: "A", value: TOKEN }] }] },
                    },
                },
            }),
            message: [message("spec.token"), message("spec.template.metadata.annotations.note")],
        },
        "a password among the values of a chart": {
            object: custom({ spec: { values: { auth: { password: "Tr0ub4dor" } } } }),
            message: literal("spec.values.auth.password", "password"),
        },
        "a password among the parameters of a chart": {
            object: custom({ spec: { helm: { parameters: [{ name: "auth.rootPassword", value: "Tr0ub4dor" }] } } }),
            message: literal("spec.helm.parameters[0].value", "auth.rootPassword"),
        },
        "a password in the text that holds a chart's values": {
            object: custom({ spec: { valuesContent: "auth:\n  password: Tr0ub4dor\n" } }),
            message: 'spec.valuesContent sets "password" on line 2. Move it to a Secret and rotate it.',
        },
        "a token in what an Event says": {
            object: {
                apiVersion: "v1",
                kind: "Event",
                metadata: { name: "a", namespace: "shop" },
                message: `as ${TOKEN}`,
            },
            message: message("message"),
        },
        "a token in the parameters of a class": {
            object: {
                apiVersion: "storage.k8s.io/v1",
                kind: "StorageClass",
                metadata: { name: "a" },
                provisioner: "example.test/disk",
                parameters: { resturl: "https://a:Tr0ub4dor@example.com" },
            },
            message: message("parameters.resturl", "a URL with a password"),
        },
        "a token in the path of an Ingress": {
            object: {
                apiVersion: "networking.k8s.io/v1",
                kind: "Ingress",
                metadata: { name: "a", namespace: "shop" },
                spec: { rules: [{ http: { paths: [{ path: `/${TOKEN}`, pathType: "Prefix" }] } }] },
            },
            message: message("spec.rules[0].http.paths[0].path"),
        },
        "a rule of Prometheus with a password": {
            object: {
                apiVersion: "monitoring.coreos.com/v1",
                kind: "PrometheusRule",
                metadata: { name: "a", namespace: "shop" },
                spec: { groups: [{ rules: [{ annotations: { link: "https://a:b@example.com" } }] }] },
            },
            message: message("spec.groups[0].rules[0].annotations.link", "a URL with a password"),
        },
    },
    allowed: {
        "words about tokens": { object: custom({ spec: { token: "from vault" } }, { annotations: { note: "token" } }) },
        "what kubectl keeps of a Secret, which stands in the Secret too": {
            object: {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "a", namespace: "shop", annotations: { [LAST_APPLIED]: TOKEN } },
            },
        },
        "what other controls look at": {
            stack: [configMap({ key: TOKEN }), pod()],
        },
        "a reference": {
            object: custom({
                spec: { url: "postgres://user:{{ .password }}@db/x", passwordSecretRef: { name: "db" } },
            }),
        },
        "names of Secrets, and of keys in them": {
            object: custom({
                spec: {
                    params: [{ name: "token", value: "git-token" }],
                    auth: { existingSecret: "db", secretKeys: { adminPasswordKey: "password" } },
                    values: "auth:\n  existingSecret: db\n  secretKey: password\n",
                },
            }),
        },
        "an example in a definition": {
            object: {
                apiVersion: "apiextensions.k8s.io/v1",
                kind: "CustomResourceDefinition",
                metadata: { name: "a" },
                spec: { versions: [{ schema: { openAPIV3Schema: { description: "https://a:b@example.com" } } }] },
            },
        },
        "what a policy asks of others": {
            object: {
                ...custom({ spec: { rules: [{ validate: { pattern: { password: "Tr0ub4dor" } } }] } }),
                apiVersion: "kyverno.io/v1",
                kind: "Policy",
            },
        },
        "what a controller reports": { object: custom({ status: { last: TOKEN } }) },
    },
});

describe("no-credentials-in-objects, of a custom resource", () => {
    it("finds what is there, and can't tell of what is known only after deployment", () => {
        const object = custom({ spec: { note: TOKEN, url: "postgres://db/x" } });
        const outcomes = outcomesOf(noCredentialsInObjects, [withUnknown(object, "spec.url")]);
        assert.deepEqual(
            outcomes.map(({ status }) => status),
            ["violation", "unverifiable"],
        );
    });
});

describe("no-credentials-in-objects, of what is known only after deployment", () => {
    const statusOf = (object: Readonly<Record<string, unknown>> & { apiVersion: string; kind: string }, path: string) =>
        outcomesOf(noCredentialsInObjects, [withUnknown(object, path)]).map(({ status }) => status);
    const service = {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop" },
        spec: { type: "NodePort", ports: [{ port: 80 }] },
    };
    const deployment = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "shop" },
        spec: { template: { metadata: { annotations: {} }, spec: { containers: [{ name: "web", image: "a" }] } } },
    };
    const policy = { ...custom({ spec: { rules: [{}] } }), apiVersion: "kyverno.io/v1", kind: "Policy" };

    for (const [object, path] of [
        [service, "spec.externalName"],
        [deployment, "spec.template.metadata.annotations.note"],
        [deployment, "spec.template.metadata.annotations.hostname"],
        [deployment, "spec.template.metadata.annotations"],
        [deployment, "spec.template"],
        [policy, "spec.rules[0].validate.message"],
        [custom({ spec: {} }), "spec.nodeName"],
    ] as const) {
        it(`can't tell of ${path} of a ${object.kind}`, () => {
            assert.deepEqual(statusOf(object, path), ["unverifiable"]);
        });
    }

    for (const [object, path] of [
        [service, "spec.clusterIP"],
        [service, "spec.ports[0].nodePort"],
        [service, "status"],
        [deployment, "spec.strategy"],
        [deployment, "spec.template.metadata.uid"],
        [deployment, "spec.template.spec.nodeName"],
        [custom({}), "status"],
    ] as const) {
        it(`asks nothing of ${path} of a ${object.kind}, which nobody may write a text to`, () => {
            assert.deepEqual(statusOf(object, path), []);
        });
    }
});
