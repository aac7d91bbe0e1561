import { imagePullSecretsSet } from "../../../../policies/controls/images/image-pull-secrets-set";
import { IMAGE } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";

describeControl(imagePullSecretsSet, {
    refused: {
        "a private image without credentials": {
            container: { image: "registry.example/web:1" },
            message:
                'spec.imagePullSecrets is not set, nor does the service account bring any; "registry.example/web:1" is pulled without credentials. Name a pull secret.',
        },
        "a service account without any": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "ServiceAccount",
                    metadata: { name: "web", namespace: "shop" },
                    imagePullSecrets: [],
                },
                {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { serviceAccountName: "web", containers: [{ name: "web", image: IMAGE }] },
                },
            ],
            message: `spec.imagePullSecrets is not set, nor does the service account bring any; "${IMAGE}" is pulled without credentials. Name a pull secret.`,
        },
    },
    allowed: {
        "credentials on the pod": { pod: { imagePullSecrets: [{ name: "registry" }] } },
        "credentials on the service account": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "ServiceAccount",
                    metadata: { name: "web", namespace: "shop" },
                    imagePullSecrets: [{ name: "registry" }],
                },
                {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { serviceAccountName: "web", containers: [{ name: "web", image: IMAGE }] },
                },
            ],
        },
        "an open registry": { container: { image: "ghcr.io/acme/web:1" } },
    },
    roles: ["init"],
    unknown: "spec.imagePullSecrets",
});
