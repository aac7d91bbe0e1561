import { secretsEncryptedAtRest } from "../../../../policies/controls/audit/secrets-encrypted-at-rest";
import { describeFlags } from "../../../support/control-plane";

describeFlags(secretsEncryptedAtRest, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "encryption-provider-config": "/etc/encryption.yaml" },
    refused: {
        "an empty name": [
            { "encryption-provider-config": "" },
            '--encryption-provider-config of kube-apiserver is "". Set it to an EncryptionConfiguration (CIS 1.2.27).',
        ],
        "plain text, which is the default": [
            { "encryption-provider-config": undefined },
            "--encryption-provider-config of kube-apiserver is unset, which means that Secrets are stored in plain text. Set it to an EncryptionConfiguration (CIS 1.2.27).",
        ],
    },
    allowed: {},
});
