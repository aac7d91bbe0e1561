import { externalSecretsSelectKeys } from "../../../../policies/controls/platform/external-secrets-select-keys";
import { describeControl } from "../../../support/control-suite";

const secret = (dataFrom: unknown) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "db", namespace: "shop" },
    spec: { dataFrom },
});
const message = (index: number) => `spec.dataFrom[${index}].find copies every entry that matches. Name the entries.`;

describeControl(externalSecretsSelectKeys, {
    refused: {
        "a search by name": { object: secret([{ find: { name: { regexp: ".*" } } }]), message: message(0) },
        "a search after an entry by name": {
            object: secret([{ extract: { key: "shop/db" } }, { find: { path: "shop" } }]),
            message: message(1),
        },
    },
    allowed: {
        "an entry by name": { object: secret([{ extract: { key: "shop/db" } }]) },
        "no dataFrom": { object: secret(undefined) },
    },
});
