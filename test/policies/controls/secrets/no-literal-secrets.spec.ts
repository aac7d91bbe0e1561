import { noLiteralSecrets } from "../../../../policies/controls/secrets/no-literal-secrets";
import { describeControl } from "../../../support/control-suite";

const secret = (fields: object) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace: "shop" },
    ...fields,
});
const message = (path: string, keys: string): string =>
    `${path} holds ${keys} in the manifest. Let an ExternalSecret supply it and rotate it.`;

describeControl(noLiteralSecrets, {
    refused: {
        "content in base64": {
            object: secret({ data: { user: "c2hvcA==", password: "aHVudGVyMg==" } }),
            message: message("data", "password, user"),
        },
        "content in plain text": {
            object: secret({ stringData: { password: "hunter2" } }),
            message: message("stringData", "password"),
        },
        "one value of several that is not encrypted": {
            object: secret({
                stringData: { user: "ENC[AES256_GCM,data:eA==,type:str]", password: "hunter2" },
                sops: { mac: "ENC[…]" },
            }),
            message: message("stringData", "password"),
        },
        "what looks encrypted, without the MAC that SOPS writes": {
            object: secret({ stringData: { password: "ENC[AES256_GCM,data:eA==,type:str]" } }),
            message: message("stringData", "password"),
        },
    },
    allowed: {
        "values that SOPS has encrypted": {
            object: secret({
                data: { password: "ENC[AES256_GCM,data:eA==,iv:eQ==,type:str]" },
                sops: { mac: "ENC[…]" },
            }),
        },
        "places for values": {
            object: secret({
                stringData: { a: "<path:kv/data/db#password>", b: "${DB_PASSWORD}", c: "{{ .Values.password }}" },
                data: { d: "PHBhdGg6a3YvZGIjcGFzc3dvcmQ+" },
            }),
        },
        "an empty Secret that an operator fills": { stack: [secret({}), secret({ data: { password: "" } })] },
        "a record of a release": { object: secret({ type: "helm.sh/release.v1", data: { release: "SDRz" } }) },
        "a Secret of another API": { object: { ...secret({ data: { a: "b" } }), apiVersion: "vault.example.org/v1" } },
    },
    unknown: "data.password",
});
