import { noClusterWideTlsOptions } from "../../../../policies/controls/network/no-cluster-wide-tls-options";
import { describeControl } from "../../../support/control-suite";

const option = (name: string) => ({
    apiVersion: "traefik.io/v1alpha1",
    kind: "TLSOption",
    metadata: { name, namespace: "shop" },
    spec: { minVersion: "VersionTLS13" },
});

describeControl(noClusterWideTlsOptions, {
    refused: {
        "the option for the whole cluster": {
            object: option("default"),
            message: `metadata.name is "default", which sets TLS for the whole cluster. Choose another name.`,
        },
    },
    allowed: { "an option of one's own": { object: option("modern") } },
});
