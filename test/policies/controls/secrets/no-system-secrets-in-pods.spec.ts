import { noSystemSecretsInPods } from "../../../../policies/controls/secrets/no-system-secrets-in-pods";
import { describeControl } from "../../../support/control-suite";
import { pod } from "../../../support/objects";

const mounts = (secretName: string) => ({ pod: { volumes: [{ name: "it", secret: { secretName } }] } });
const message = (path: string, name: string, reason = "one of the cluster's own"): string =>
    `${path} reads Secret "${name}", ${reason}. Give the workload a Secret of its own.`;

describeControl(noSystemSecretsInPods, {
    refused: {
        "a release record": {
            ...mounts("sh.helm.release.v1.web.v1"),
            message: message("spec.volumes[0].secret.secretName", "sh.helm.release.v1.web.v1"),
        },
        "a bootstrap token in a projected volume": {
            pod: {
                volumes: [{ name: "it", projected: { sources: [{ secret: { name: "bootstrap-token-abcdef" } }] } }],
            },
            message: message("spec.volumes[0].projected.sources[0].secret.name", "bootstrap-token-abcdef"),
        },
        "another account's token in a variable": {
            container: { env: [{ name: "T", valueFrom: { secretKeyRef: { name: "ops-token-x7k2p", key: "token" } } }] },
            message: message("spec.containers[0].env[0].valueFrom.secretKeyRef.name", "ops-token-x7k2p"),
        },
        "a Secret that is marked as protected": {
            stack: [
                pod({}, { volumes: [{ name: "it", secret: { secretName: "root-key" } }] }),
                {
                    apiVersion: "v1",
                    kind: "Secret",
                    metadata: { name: "root-key", namespace: "shop", labels: { status: "protected" } },
                },
            ],
            message: message("spec.volumes[0].secret.secretName", "root-key", "which is labelled status=protected"),
        },
        "a name of one's own list": {
            container: { envFrom: [{ secretRef: { name: "payroll" } }] },
            params: { names: ["pay*"] },
            message: message("spec.containers[0].envFrom[0].secretRef.name", "payroll"),
        },
    },
    allowed: {
        "a Secret of the workload": mounts("web-tls"),
        "a Secret whose name only looks alike": mounts("web-token"),
        "no Secret": {},
    },
});
