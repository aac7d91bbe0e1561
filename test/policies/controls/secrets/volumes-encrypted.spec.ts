import { volumesEncrypted } from "../../../../policies/controls/secrets/volumes-encrypted";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const storage = (provisioner: string, parameters?: Manifest) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "fast" },
    provisioner,
    parameters,
});
const message = (parameter: string, what: string, provisioner: string): string =>
    `parameters.${parameter} is not ${what}, so volumes of ${provisioner} are not encrypted with a key of your own. Set it.`;

describeControl(volumesEncrypted, {
    refused: {
        "a class that says no": {
            object: storage("ebs.csi.aws.com", { encrypted: "false" }),
            message: message("encrypted", `"true"`, "ebs.csi.aws.com"),
        },
        "a class that says nothing": {
            object: storage("kubernetes.io/aws-ebs"),
            message: message("encrypted", `"true"`, "kubernetes.io/aws-ebs"),
            slugs: ["sec.pv-encryption"],
        },
        "a class without a key": {
            object: storage("disk.csi.azure.com", { skuName: "Premium_LRS" }),
            message: message("diskEncryptionSetID", "set", "disk.csi.azure.com"),
            slugs: [],
        },
    },
    allowed: {
        "a class that encrypts": { object: storage("ebs.csi.aws.com", { encrypted: "true" }) },
        "a class with a key": {
            object: storage("pd.csi.storage.gke.io", { "disk-encryption-kms-key": "projects/p/k" }),
        },
        "a driver of which nothing is known": { object: storage("local.example.org") },
    },
});
