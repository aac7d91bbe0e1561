import { encryptionAtRestInPlace } from "../../../../policies/controls/platform/encryption-at-rest-in-place";
import { describeControl } from "../../../support/control-suite";
import { configMap, NODE, pod } from "../../../support/objects";

const encryption = (...providers: string[]) =>
    configMap({
        "encryption.yaml": `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n${providers.map((provider) => `  - ${provider}\n`).join("")}`,
    });
const missing = "no ConfigMap of this stack carries an EncryptionConfiguration. Add one, without its keys.";

describeControl(encryptionAtRestInPlace, {
    refused: {
        "a key in the file": {
            stack: [NODE, encryption("secretbox: {keys: [{name: a, secret: c2VjcmV0}]}", "identity: {}")],
            message: `data["encryption.yaml"] holds a key. Leave the keys out: whoever may read a ConfigMap could read the store.`,
        },
        "Secrets written in the clear": {
            stack: [NODE, encryption("identity: {}", "secretbox: {keys: [{name: a}]}")],
            message: 'data["encryption.yaml"] writes Secrets with identity. Put one of kms, secretbox, aesgcm first.',
        },
        "a configuration that leaves Secrets out": {
            stack: [
                NODE,
                configMap({
                    "encryption.yaml":
                        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: []\n",
                }),
            ],
            message: 'data["encryption.yaml"] writes Secrets with nothing. Put one of kms, secretbox, aesgcm first.',
        },
        "a stack without a configuration": { stack: [NODE, configMap({})], message: missing },
    },
    allowed: {
        "keys by name": { stack: [NODE, encryption("secretbox: {keys: [{name: a}]}", "identity: {}")] },
        "a key service": {
            stack: [NODE, encryption("kms: {apiVersion: v2, name: a, endpoint: 'unix:///a'}", "identity: {}")],
        },
        "an application's stack": { stack: [pod(), configMap({})] },
    },
    unknown: { document: 1, path: "data" },
});
