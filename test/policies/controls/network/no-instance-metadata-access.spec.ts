import { noInstanceMetadataAccess } from "../../../../policies/controls/network/no-instance-metadata-access";
import { describeControl } from "../../../support/control-suite";

const report = (providerMetaDataAPIAccess: boolean) => ({
    apiVersion: "hostdata.kubescape.cloud/v1beta0",
    kind: "CloudProviderInfo",
    metadata: { name: "node-1" },
    data: { providerMetaDataAPIAccess },
});

describeControl(noInstanceMetadataAccess, {
    refused: {
        "a node whose metadata answers": {
            object: report(true),
            message: `data.providerMetaDataAPIAccess is true for node "node-1". Block the address by NetworkPolicy.`,
        },
    },
    allowed: { "a node whose metadata is blocked": { object: report(false) } },
});
