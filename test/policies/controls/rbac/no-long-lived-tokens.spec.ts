import { noLongLivedTokens } from "../../../../policies/controls/rbac/no-long-lived-tokens";
import { describeControl } from "../../../support/control-suite";
import { serviceAccount } from "../../../support/objects";

const secret = (fields: object) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "web", namespace: "shop" },
    ...fields,
});

describeControl(noLongLivedTokens, {
    refused: {
        "a Secret of the type": {
            object: secret({ type: "kubernetes.io/service-account-token" }),
            message: `type is "kubernetes.io/service-account-token", a token that never expires. Request a token with a lifetime instead.`,
        },
        "an account that still lists a generated token": {
            object: serviceAccount("web", { secrets: [{ name: "web-dockercfg-abcde" }, { name: "web-token-x7k2p" }] }),
            message: `secrets[1].name is "web-token-x7k2p", a generated token that never expires. Remove it and delete the Secret.`,
        },
    },
    allowed: {
        "a Secret of another type": { object: secret({ type: "Opaque" }) },
        "a Secret without a type": { object: secret({}) },
        "an account without Secrets": { object: serviceAccount("web") },
        "an account that may use a Secret": { object: serviceAccount("web", { secrets: [{ name: "web-tls" }] }) },
    },
});
