import { checkedMilliseconds } from "../duration";
import { CONTROLLER_MANAGER, NAMESPACE, PORTS, SERVER_PATHS } from "../layout";
import type { SpireSettings } from "../model";

/** Name of the webhook configuration, where the webhook is used. */
export const WEBHOOK_CONFIGURATION = `${CONTROLLER_MANAGER}-webhook`;
/** Name of the Lease by which the managers of several servers choose a leader. */
export const LEADER_LEASE = `${CONTROLLER_MANAGER}.${NAMESPACE}`;

/** The agent's SPIFFE ID as the `k8s_psat` attestor gives it, in the manager's template language. */
const AGENT_ID_TEMPLATE = "spiffe://{{ .TrustDomain }}/spire/agent/k8s_psat/{{ .ClusterName }}/{{ .NodeMeta.UID }}";

/** The controller manager's configuration file. */
export function controllerManagerConf(settings: SpireSettings): object {
    const { controllerManager } = settings;
    return {
        apiVersion: "spire.spiffe.io/v1alpha1",
        kind: "ControllerManagerConfig",
        metadata: { name: CONTROLLER_MANAGER, namespace: NAMESPACE },
        clusterName: settings.clusterName,
        clusterDomain: "cluster.local",
        trustDomain: settings.trustDomain,
        ignoreNamespaces: controllerManager.ignoreNamespaces,
        // Without it the manager takes the objects that have no class, and leaves those of another alone.
        ...(controllerManager.className !== undefined && { className: controllerManager.className }),
        validatingWebhookConfigurationName: WEBHOOK_CONFIGURATION,
        // The field is Go's time.Duration without a text form: nanoseconds.
        gcInterval: checkedMilliseconds(controllerManager.gcInterval) * 1_000_000,
        spireServerSocketPath: SERVER_PATHS.socket,
        logLevel: controllerManager.logLevel,
        logEncoding: "json",
        parentIDTemplate: AGENT_ID_TEMPLATE,
        // Without a prefix the manager deletes every entry it did not write itself.
        entryIDPrefix: settings.clusterName,
        reconcile: { clusterSPIFFEIDs: true, clusterStaticEntries: true, clusterFederatedTrustDomains: true },
        metrics: { bindAddress: `0.0.0.0:${PORTS.managerMetrics}` },
        health: { healthProbeBindAddress: `0.0.0.0:${PORTS.managerHealth}` },
        leaderElection: {
            leaderElect: settings.server.replicas > 1,
            resourceName: LEADER_LEASE,
            resourceNamespace: NAMESPACE,
        },
    };
}
