import { configIsImmutable } from "../../../../policies/controls/secrets/config-is-immutable";
import { describeControl } from "../../../support/control-suite";
import { configMap } from "../../../support/objects";

describeControl(configIsImmutable, {
    refused: {
        "a ConfigMap that can be changed": {
            object: configMap({ host: "db" }),
            message: "immutable is unset. Set it to true, with a hash of the content in the name.",
        },
        "a Secret that says so": {
            object: { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "shop" }, immutable: false },
            message: "immutable is false. Set it to true, with a hash of the content in the name.",
        },
    },
    allowed: {
        "an immutable ConfigMap": { object: { ...configMap({ host: "db" }), immutable: true } },
        "what a controller keeps up to date": { object: configMap({}, { name: "kube-root-ca.crt" }) },
    },
});
