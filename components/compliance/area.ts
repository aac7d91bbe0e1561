import { optionalArea } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { OWNER } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import type { ResponderSettings } from "../responder/settings";
import { Compliance } from "./compliance";
import { COMPLIANCE } from "./rights";
import type { ComplianceSettings } from "./settings";
import { complianceSettings } from "./settings";
import { complianceFlows } from "./specs";

export interface ComplianceConfig {
    readonly cluster: ClusterSettings;
    readonly compliance: ComplianceSettings;
    readonly monitoring: MonitoringSettings;
    readonly responder: ResponderSettings;
}

const INCIDENTS = { group: "responder.x0tta6bl4.io", resources: ["securityincidents"] };

export const complianceArea = optionalArea({
    key: "compliance",
    description:
        "A job in the cluster that holds the stack against the hardening checklist and publishes the score; its image is images.overrides.compliance, with its digest",
    settings: complianceSettings,
    faults: (_config: ComplianceConfig, _path, { images }) => images.faults(["compliance"]),
    namespaces: ({ compliance: { namespace } }: ComplianceConfig) => [
        { setting: "namespace", namespace, owner: OWNER, quota: { cpu: "4", memory: "4Gi", pods: "5" } },
    ],
    foreign: ({ compliance: { gateway } }: ComplianceConfig) =>
        gateway === undefined ? [] : [{ namespace: gateway.namespace, setting: "gateway.namespace" }],
    images: ({ compliance: { namespace } }: ComplianceConfig): Readonly<Record<string, readonly ["compliance"]>> => ({
        [namespace]: ["compliance"],
    }),
    flows: ({ compliance, cluster }: ComplianceConfig) => complianceFlows(compliance, cluster),
    after: ["spire", "externalSecrets"],
    once: true,
    deploy: ({ compliance, cluster, monitoring, responder }: ComplianceConfig, stage) => {
        const { images, namespaces } = stage.foundation;
        const reads = [...compliance.reads, ...(responder.enabled ? [INCIDENTS] : [])];
        const args = { cluster, monitoring, images, settings: { ...compliance, reads }, namespaces };
        return { resources: [new Compliance(COMPLIANCE, args, stage.options())] };
    },
});
