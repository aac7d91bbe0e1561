import { secretStoresScoped } from "../../../../policies/controls/platform/secret-stores-scoped";
import { describeControl } from "../../../support/control-suite";

const store = (conditions: unknown, kind = "ClusterSecretStore") => ({
    apiVersion: "external-secrets.io/v1",
    kind,
    metadata: { name: "platform" },
    spec: { provider: {}, ...(conditions !== undefined && { conditions }) },
});
const every = (index: number) => `spec.conditions[${index}] holds for every namespace. Name the namespaces.`;
const empty = "spec.conditions is empty, so every namespace may use the store. Name the namespaces.";

describeControl(secretStoresScoped, {
    refused: {
        "a condition that selects every namespace": {
            object: store([{ namespaceSelector: {} }]),
            message: every(0),
        },
        "a pattern that matches every namespace": {
            object: store([{ namespaces: ["shop"] }, { namespaceRegexes: [".*"] }]),
            message: every(1),
        },
        "no conditions": { object: store(undefined), message: empty },
        "an empty list of conditions": { object: store([]), message: empty },
    },
    allowed: {
        "named namespaces": { object: store([{ namespaces: ["shop"] }]) },
        "namespaces by label": { object: store([{ namespaceSelector: { matchLabels: { team: "shop" } } }]) },
        "namespaces by expression": {
            object: store([{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] } }]),
        },
        "namespaces by pattern": { object: store([{ namespaceRegexes: ["^shop-"] }]) },
        "a store of one namespace": { object: store(undefined, "SecretStore") },
    },
    unknown: "spec.conditions",
});
