import { encryptionConfigurationUsesAStore } from "../../../../policies/controls/audit/encryption-configuration-uses-a-store";
import { describeControl } from "../../../support/control-suite";

const configuration = (names: readonly string[], resources: readonly string[] = ["secrets"]) => ({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    metadata: { name: "encryption" },
    resources: [
        { resources: ["configmaps"], providers: [{ identity: {} }] },
        { resources, providers: names.map((name) => ({ [name]: {} })) },
    ],
});
const plain = `resources[1].providers begin with "identity", so new Secrets are stored in plain text. Put it last.`;
const beside = (names: string): string =>
    `resources[1].providers hold ${names}, so the key lies beside the data. Put "kms" first.`;

describeControl(encryptionConfigurationUsesAStore, {
    refused: {
        "plain text first": { object: configuration(["identity", "kms"]), message: plain },
        "a key in the file": { object: configuration(["aescbc", "identity"]), message: beside("aescbc, identity") },
        "plain text only": { object: configuration(["identity"]), message: [plain, beside("identity")] },
        "a store that only reads, after a key in the file": {
            object: configuration(["secretbox", "kms"]),
            message: beside("secretbox, kms"),
        },
        "plain text in a Secret that carries the file": {
            object: {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "encryption" },
                data: { "e.yaml": Buffer.from(JSON.stringify(configuration(["identity", "kms"]))).toString("base64") },
            },
            message: `in data["e.yaml"]: ${plain}`,
        },
        "nothing for secrets": {
            object: configuration(["kms"], ["events"]),
            message: "resources encrypt no secrets. Add an entry for them.",
        },
    },
    allowed: {
        "a store": { object: configuration(["kms", "identity"]) },
        "plain text first in the file of another group": {
            object: { ...configuration(["identity"]), apiVersion: "example.org/v1" },
        },
        "a store for everything": { object: configuration(["kms"], ["*.*"]) },
    },
});
