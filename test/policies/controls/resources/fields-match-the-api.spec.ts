import { fieldsMatchTheApi } from "../../../../policies/controls/resources/fields-match-the-api";
import { describeControl } from "../../../support/control-suite";

const ingress = (backend: unknown) => ({
    object: {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "web" },
        spec: { rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
    },
});
const configMap = (rest: object, metadata: object = {}) => ({
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", ...metadata }, ...rest },
});
const webhook = (requirement: object) => ({
    object: {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "web" },
        webhooks: [{ name: "a.example.org", namespaceSelector: { matchExpressions: [requirement] } }],
    },
});
const pod = (spec: object, container: object = {}) => ({
    object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web" },
        spec: { containers: [{ name: "web", image: "web", ...container }], ...spec },
    },
});
const service = (spec: object) => ({ object: { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec } });
const at = (kubernetesVersion: string) => ({ params: { kubernetesVersion } });
const REQUIREMENT = "webhooks[0].namespaceSelector.matchExpressions[0].values";
const BACKEND = "spec.rules[0].http.paths[0].backend";

describeControl(fieldsMatchTheApi, {
    unknown: false,
    refused: {
        "a field of another version": {
            ...ingress({ serviceName: "web" }),
            message: `${BACKEND}.serviceName is no field that the API has there.`,
        },
        "a field that is written wrongly": {
            ...ingress({ servise: { name: "web" } }),
            message: `${BACKEND}.servise is no field that the API has there; did you mean "service"?`,
        },
        "a number for a text": {
            ...configMap({}, { labels: { "example.org/version": 1 } }),
            message: 'metadata.labels["example.org/version"] is a number, not a text.',
        },
        "a text for a number": {
            object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: "2" } },
            message: "spec.replicas is a text, not a whole number of 32 bits.",
        },
        "an object for a list": {
            ...ingress({}),
            object: { ...ingress({}).object, spec: { rules: {} } },
            message: "spec.rules is an object, not a list.",
        },
        "a text for an object": {
            ...configMap({ data: "x" }),
            message: "data is a text, not an object.",
        },
        "a quantity that is none": {
            object: {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: "web" },
                spec: { resources: { requests: { storage: "1 GB" } } },
            },
            message: "spec.resources.requests.storage is a text, not a quantity such as 500m or 2Gi.",
        },
        "a selector by an empty list, which the API server refuses": {
            ...webhook({ key: "a", operator: "In", values: [] }),
            message: `${REQUIREMENT} has 0 items, but In takes at least one value.`,
        },
        "a selector by a list that isn't there": {
            ...webhook({ key: "a", operator: "NotIn" }),
            message: `${REQUIREMENT} has 0 items, but NotIn takes at least one value.`,
        },
        "values for an operator that takes none": {
            ...webhook({ key: "a", operator: "Exists", values: ["b"] }),
            message: `${REQUIREMENT} has 1 items, but Exists takes no values.`,
        },
        "a field that came after the version the stack is for": {
            ...pod({ hostUsers: false }),
            ...at("v1.24"),
            message: "spec.hostUsers is a field since v1.25, and v1.24 has none of that name.",
        },
        "a field that the version has by a feature gate that is off": {
            ...pod({ hostUsers: false }),
            ...at("v1.32"),
            message:
                "spec.hostUsers needs the feature gate UserNamespacesSupport, which is off by default in v1.32: without it the API server drops the field.",
        },
        "a field that is gone": {
            ...service({ topologyKeys: ["*"] }),
            message: "spec.topologyKeys was a field before v1.22, and v1.36 has none of that name.",
        },
        "a field that is written wrongly, without one that came later to choose": {
            ...pod({ hostUser: false }),
            ...at("v1.24"),
            message: "spec.hostUser is no field that the API has there.",
        },
        "a value that an enumeration doesn't have": {
            ...service({ type: "Nodeport" }),
            message: "spec.type is none of ClusterIP, NodePort, LoadBalancer, ExternalName.",
        },
        "a value in a list that an enumeration doesn't have": {
            object: {
                apiVersion: "networking.k8s.io/v1",
                kind: "NetworkPolicy",
                metadata: { name: "web" },
                spec: { podSelector: {}, policyTypes: ["Ingress", "egress"] },
            },
            message: "spec.policyTypes[1] is none of Ingress, Egress.",
        },
        "a value that came after the version the stack is for": {
            ...pod({ tolerations: [{ key: "a", operator: "Gt", value: "1" }] }),
            ...at("v1.34"),
            message: "spec.tolerations[0].operator is none of Exists, Equal.",
        },
        "a number for a value of an enumeration": {
            ...pod({}, { imagePullPolicy: 1 }),
            message: "spec.containers[0].imagePullPolicy is a number, not a text.",
        },
        "a field in other capitals, which is another field to the API server": {
            ...pod({ hostpid: true }),
            message: 'spec.hostpid is no field that the API has there; did you mean "hostPID"?',
        },
        "a text that is no base64": {
            object: {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "a" },
                data: { a: "b c", d: "YQ", e: "YQ==" },
            },
            message: ["data.a is a text, not base64.", "data.d is a text, not base64."],
        },
        "a field at the wrong depth": {
            object: { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, ports: [] },
            message: "ports is no field that the API has there.",
        },
    },
    allowed: {
        "a selector by a list": webhook({ key: "a", operator: "In", values: ["b"] }),
        "a selector by presence": webhook({ key: "a", operator: "DoesNotExist", values: [] }),
        "a field since the version that has it by itself": { ...pod({ hostUsers: false }), ...at("v1.33") },
        "a field up to the version that took it out": { ...service({ topologyKeys: ["*"] }), ...at("v1.21") },
        "a value since its version": {
            ...pod({ tolerations: [{ key: "a", operator: "Gt", value: "1" }] }),
            ...at("v1.35"),
        },
        "what a plugin fills in, decrypts or fetches": {
            object: {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "a" },
                data: {
                    a: "<path:team/shop#key>",
                    b: "ENC[AES256_GCM,data:x]",
                    c: "ref+vault://team/shop#/key",
                    d: "${KEY}",
                },
            },
        },
        "base64 in lines": {
            object: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { a: "YW\nI=\n", b: "" } },
        },
        "a new field that is not set": { ...pod({ hostUsers: null }), ...at("v1.24") },
        "an empty value, which stands for the default": service({ type: "", sessionAffinity: "" }),
        "a value of an enumeration that is filled in later": service({ type: "${TYPE}" }),
        "the fields of the version": ingress({ service: { name: "web", port: { number: 80 } } }),
        "fields that are not set": configMap({ data: null, immutable: null }),
        "a placeholder that is filled in later": {
            object: {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "web" },
                spec: { replicas: "${REPLICAS}" },
            },
        },
        "what SOPS writes beside the fields": configMap({ sops: { version: "3.9.0" } }),
        "a kind that is not built in": {
            object: { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "web" }, anything: 1 },
        },
    },
});
