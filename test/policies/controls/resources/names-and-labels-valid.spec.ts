import { namesAndLabelsValid } from "../../../../policies/controls/resources/names-and-labels-valid";
import { describeControl } from "../../../support/control-suite";

const configMap = (metadata: object) => ({ object: { apiVersion: "v1", kind: "ConfigMap", metadata } });
const ENDS = "with a letter or digit at its ends";

describeControl(namesAndLabelsValid, {
    unknown: false,
    refused: {
        "a name in capitals": {
            ...configMap({ name: "Web" }),
            message: `metadata.name is no name: at most 253 lower-case letters, digits, - and ., ${ENDS}.`,
        },
        "a name of a Service with a full stop": {
            object: { apiVersion: "v1", kind: "Service", metadata: { name: "web.example" } },
            message:
                "metadata.name is no name: at most 63 lower-case letters, digits and -, none of them - at its ends.",
        },
        "a name of a role with a slash": {
            object: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "a/b" } },
            message: 'metadata.name is no name: it may hold neither "/" nor "%".',
        },
        "a label whose value is no word": {
            ...configMap({ name: "web", labels: { app: "web server" } }),
            message: `metadata.labels.app is no value of a label: at most 63 letters, digits, -, _ and ., ${ENDS}, or nothing.`,
        },
        "a label whose key is too long": {
            ...configMap({ name: "web", labels: { ["a".repeat(64)]: "" } }),
            message: `metadata.labels.${"a".repeat(64)} is no key: at most 63 letters, digits, -, _ and ., ${ENDS}.`,
        },
        "an annotation whose key has a prefix that is no domain": {
            ...configMap({ name: "web", annotations: { "Example_org/a": "" } }),
            message: "metadata.annotations.Example_org/a has a prefix that is no DNS name.",
        },
    },
    allowed: {
        "a plugin of Kustomize, which is no object": {
            object: { apiVersion: "builtin", kind: "LabelTransformer", metadata: { name: "myLabels" } },
        },
        "names and labels of every form": configMap({
            name: "web.example",
            labels: { "app.kubernetes.io/name": "Web_1.0", empty: "" },
            annotations: { "example.org/a": "any text at all" },
        }),
        "a role named by a path": {
            object: {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "ClusterRole",
                metadata: { name: "system:controller:web" },
            },
        },
        "a name that is made later": configMap({ generateName: "web-" }),
        "a placeholder": configMap({ name: "${NAME}", labels: { app: "${APP}" } }),
    },
});
