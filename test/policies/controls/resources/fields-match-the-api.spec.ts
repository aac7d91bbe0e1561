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
        "a field at the wrong depth": {
            object: { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, ports: [] },
            message: "ports is no field that the API has there.",
        },
    },
    allowed: {
        "a selector by a list": webhook({ key: "a", operator: "In", values: ["b"] }),
        "a selector by presence": webhook({ key: "a", operator: "DoesNotExist", values: [] }),
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
