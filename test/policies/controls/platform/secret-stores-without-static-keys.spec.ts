import { secretStoresWithoutStaticKeys } from "../../../../policies/controls/platform/secret-stores-without-static-keys";
import { describeControl } from "../../../support/control-suite";

const store = (provider: object, kind = "SecretStore") => ({
    apiVersion: "external-secrets.io/v1",
    kind,
    metadata: { name: "platform", ...(kind === "SecretStore" && { namespace: "shop" }) },
    spec: { provider },
});
const message = (path: string) => `${path} takes a key kept in a Secret. Authenticate by a ServiceAccount instead.`;
const key = { name: "token", key: "token" };

describeControl(secretStoresWithoutStaticKeys, {
    refused: {
        "a Vault token": {
            object: store({ vault: { server: "https://vault", auth: { tokenSecretRef: key } } }),
            message: message("spec.provider.vault.auth.tokenSecretRef"),
        },
        "an AWS access key": {
            object: store({ aws: { auth: { secretRef: { accessKeyIDSecretRef: key } } } }),
            message: message("spec.provider.aws.auth.secretRef"),
        },
        "an Azure client secret, in a cluster-wide store": {
            object: store({ azurekv: { authSecretRef: { clientId: key } } }, "ClusterSecretStore"),
            message: message("spec.provider.azurekv.authSecretRef"),
        },
        "a JWT that is kept in a Secret": {
            object: store({ vault: { auth: { jwt: { path: "jwt", secretRef: key } } } }),
            message: message("spec.provider.vault.auth.jwt.secretRef"),
        },
    },
    allowed: {
        "Vault by a ServiceAccount": {
            object: store({ vault: { auth: { kubernetes: { role: "shop", serviceAccountRef: { name: "reader" } } } } }),
        },
        "AWS by a ServiceAccount": {
            object: store({ aws: { auth: { jwt: { serviceAccountRef: { name: "reader" } } } } }),
        },
        "AWS by the controller's own identity": { object: store({ aws: { service: "SecretsManager" } }) },
        "a store without a provider": { object: store({}) },
        "another kind": { object: { ...store({ vault: { auth: { tokenSecretRef: key } } }), kind: "PushSecret" } },
    },
});
