import { noSecretsInEnv } from "../../../../policies/controls/secrets/no-secrets-in-env";
import { describeControl } from "../../../support/control-suite";

const key = { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } };

describeControl(noSecretsInEnv, {
    refused: {
        "a key of a Secret in a variable": {
            container: { env: [{ name: "HOST", value: "db" }, key] },
            message: `spec.containers[0].env[1].valueFrom.secretKeyRef puts Secret "db" into variable "PASSWORD". Mount it as a file.`,
        },
        "a whole Secret in the environment": {
            container: { envFrom: [{ secretRef: { name: "db" } }] },
            message: `spec.containers[0].envFrom[0].secretRef puts all of Secret "db" into the environment. Mount it as files.`,
        },
    },
    allowed: {
        "plain settings": { container: { env: [{ name: "HOST", value: "db" }] } },
        "references left empty": {
            container: {
                env: [{ name: "HOST", value: "db", valueFrom: { secretKeyRef: null } }],
                envFrom: [{ configMapRef: { name: "db" }, secretRef: null }],
            },
        },
        "settings of a ConfigMap": {
            container: {
                env: [{ name: "HOST", valueFrom: { configMapKeyRef: { name: "db", key: "host" } } }],
                envFrom: [{ configMapRef: { name: "db" } }],
            },
        },
        "a mounted Secret": { pod: { volumes: [{ name: "db", secret: { secretName: "db" } }] } },
    },
});
