import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { elsewhereFaults } from "../cluster/settings";
import { OWNER, serviceSelector } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import { agentPodSpec } from "./agent";
import { csiPodSpec } from "./csi-driver";
import { spireExceptions } from "./exceptions";
import { spireFlows } from "./flows";
import { AGENT, CSI_DRIVER, NAMESPACE, SERVER } from "./layout";
import type { SpireSettings } from "./model";
import { secretVariables } from "./server-pod";
import { installationFaults, kubeletRootOf, Spire } from "./spire";
import { spireSettings } from "./settings";

export interface SpireConfig {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly spire: SpireSettings;
}

export const spireArea = area({
    key: "spire",
    description: "SPIRE: who issues identities, and to whom (docs/spire.md)",
    settings: spireSettings,
    faults: ({ spire: settings, cluster }: SpireConfig, path, { images }) => [
        ...installationFaults({ settings, images }, path),
        ...elsewhereFaults(cluster, "kubeletRoot", settings.csiDriver.kubeletRoot).map(
            (fault) => `${path}.csiDriver.kubeletRoot ${fault}`,
        ),
    ],
    namespaces: ({ spire }: SpireConfig) => [
        {
            namespace: NAMESPACE,
            owner: OWNER,
            // Agents need hostPID and a hostPath, which `baseline` forbids; components/admission keeps both to
            // the workloads that have a waiver.
            podSecurity: "privileged",
            quota: spire.quota,
            // SPIRE brings its own mutual TLS; a mesh would stand between agents and servers.
            labels: { "istio-injection": "disabled", "linkerd.io/inject": "disabled" },
        },
    ],
    hostPods: ({ spire: settings, cluster }: SpireConfig, images) => {
        const kubeletRoot = kubeletRootOf(cluster, settings);
        return [
            { namespace: NAMESPACE, account: AGENT, spec: agentPodSpec({ settings, images, kubeletRoot }) },
            { namespace: NAMESPACE, account: CSI_DRIVER, spec: csiPodSpec({ images, kubeletRoot }) },
        ];
    },
    foreign: ({ spire: { oidcProvider } }: SpireConfig) =>
        oidcProvider === undefined
            ? []
            : [{ setting: "oidcProvider.ingressNamespace", namespace: oidcProvider.ingressNamespace }],
    images: ({ spire: { oidcProvider } }: SpireConfig) => ({
        [NAMESPACE]: [
            "spire-server",
            "spire-agent",
            "spire-controller-manager",
            "spiffe-csi-driver",
            "csi-node-driver-registrar",
            ...(oidcProvider === undefined ? [] : (["oidc-discovery-provider"] as const)),
        ],
    }),
    targets: () => [
        { name: "spire-server", namespace: NAMESPACE, labels: serviceSelector(SERVER), port: "metrics" },
        {
            name: "spire-controller-manager",
            namespace: NAMESPACE,
            labels: serviceSelector(SERVER),
            port: "manager-metrics",
        },
        { name: "spire-agent", namespace: NAMESPACE, labels: serviceSelector(AGENT), port: "metrics" },
    ],
    startSecrets: ({ spire }: SpireConfig) => {
        const secrets = secretVariables(spire);
        return secrets.length === 0 ? [] : [{ namespace: NAMESPACE, workload: SERVER, secrets }];
    },
    flows: ({ spire, cluster, monitoring }: SpireConfig) => spireFlows(spire, cluster, monitoring),
    exceptions: spireExceptions,
    after: ["externalSecrets"],
    once: true,
    deploy: ({ spire: settings, cluster, monitoring }: SpireConfig, stage) => {
        const { images } = stage.foundation;
        return { resources: [new Spire("spire", { cluster, monitoring, images, settings }, stage.options())] };
    },
});
