import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";

export const noInstanceMetadataAccess = objectControl({
    name: "no-instance-metadata-access",
    description: "No node that was looked at lets its pods reach the cloud's instance metadata.",
    why: "The metadata service hands the node's cloud credentials to any process that asks.",
    severity: "high",
    covers: ["net.egress-imds"],
    frameworks: [...mitre("T1552.005"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Block the address by NetworkPolicy, and ask the cloud for a hop limit of one.",
    profiles: ["nsa"],
    // What Kubescape's host scanner reports of a node.
    kinds: ["hostdata.kubescape.cloud/CloudProviderInfo"],
    *check(report) {
        if (obj(report.body["data"])["providerMetaDataAPIAccess"] === true) {
            const path = `${report.prefix}data.providerMetaDataAPIAccess`;
            yield { path, message: `${path} is true for node "${report.name}". Block the address by NetworkPolicy.` };
        }
    },
    admission: { none: "A report about a node is no object of the API." },
});
