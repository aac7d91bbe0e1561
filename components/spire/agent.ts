import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Images } from "../images";
import { pulled } from "../images/pull";
import { containerSecurity } from "../workload";
import { agentConf, KUBELET_ADDRESS_VARIABLE, KUBELET_CERTIFICATE_DIR } from "./config/agent";
import { render } from "./config/json";
import {
    AGENT,
    AGENT_PATHS,
    BUNDLE,
    BUNDLE_DIR,
    kubeletCertificate,
    NAMESPACE,
    PORTS,
    PSAT_AUDIENCE,
    PSAT_DIR,
    PSAT_FILE,
} from "./layout";
import type { SpireSettings } from "./model";
import { API_ACCESS_DIR, apiAccess, checksum, healthProbes, labelsOf, resources, scratch, selectorOf } from "./pods";
import { Rights } from "./rights";
import { AGENT_CLUSTER_RULES } from "./server-rights";

export interface SpireAgentArgs {
    /** Settings that `spireFaults` has nothing to say about. */
    readonly settings: SpireSettings;
    readonly images: Images;
    /** The kubelet's directory on the node. */
    readonly kubeletRoot: string;
}

const AGENT_CONF = "agent.conf";
/** Lifetime of the token an agent attests with. */
const PSAT_SECONDS = 3600;

/** Runs on every node, whatever its taints: a pod on a node without an agent would wait for its identity for ever. */
export const EVERY_NODE: k8s.types.input.core.v1.Toleration[] = [{ operator: "Exists" }];

/**
 * The pod of an agent. It sees the node's processes (`hostPID`), because a workload is recognised by its process, and keeps
 * the Workload API's socket in a directory of the node. Root is needed to own that directory, and all of root's
 * capabilities are dropped.
 */
export function agentPodSpec({ settings, images, kubeletRoot }: SpireAgentArgs): k8s.types.input.core.v1.PodSpec {
    const { kubelet } = settings.agent;
    const ownCertificate = kubelet.verify === "hostCertificate";
    return {
        serviceAccountName: AGENT,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: AGENT,
        hostPID: true,
        hostNetwork: false,
        securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
        tolerations: EVERY_NODE,
        nodeSelector: { "kubernetes.io/os": "linux" },
        containers: [
            {
                name: AGENT,
                ...pulled(images.ref("spire-agent")),
                args: ["-config", `${AGENT_PATHS.config}/${AGENT_CONF}`],
                env: [
                    {
                        name: KUBELET_ADDRESS_VARIABLE,
                        valueFrom: {
                            fieldRef: { fieldPath: kubelet.address === "hostIP" ? "status.hostIP" : "spec.nodeName" },
                        },
                    },
                ],
                ports: [
                    { name: "health", containerPort: PORTS.agentHealth },
                    { name: "metrics", containerPort: PORTS.metrics },
                ],
                securityContext: { ...containerSecurity(), privileged: false },
                resources: resources({ cpu: "50m", memory: "128Mi" }, { cpu: "1", memory: "512Mi" }),
                ...healthProbes("health"),
                volumeMounts: [
                    { name: "config", mountPath: AGENT_PATHS.config, readOnly: true },
                    // The whole ConfigMap, never a subPath: the kubelet does not refresh those.
                    { name: "bundle", mountPath: BUNDLE_DIR, readOnly: true },
                    { name: "token", mountPath: PSAT_DIR, readOnly: true },
                    { name: "api-access", mountPath: API_ACCESS_DIR, readOnly: true },
                    { name: "data", mountPath: AGENT_PATHS.data },
                    { name: "workload-socket", mountPath: AGENT_PATHS.socketDir },
                    ...(ownCertificate
                        ? [
                              {
                                  name: "kubelet-certificate",
                                  mountPath: `${KUBELET_CERTIFICATE_DIR}/${AGENT_PATHS.kubeletCertificate}`,
                                  readOnly: true,
                              },
                          ]
                        : []),
                ],
            },
        ],
        volumes: [
            { name: "config", configMap: { name: AGENT } },
            { name: "bundle", configMap: { name: BUNDLE } },
            {
                name: "token",
                projected: {
                    defaultMode: 0o400,
                    sources: [
                        {
                            serviceAccountToken: {
                                path: PSAT_FILE,
                                audience: PSAT_AUDIENCE,
                                expirationSeconds: PSAT_SECONDS,
                            },
                        },
                    ],
                },
            },
            apiAccess("api-access"),
            scratch("data", "64Mi"),
            { name: "workload-socket", hostPath: { path: AGENT_PATHS.hostSocketDir, type: "DirectoryOrCreate" } },
            ...(ownCertificate
                ? [
                      {
                          name: "kubelet-certificate",
                          hostPath: {
                              path: kubeletCertificate(kubeletRoot),
                              type: "File",
                          },
                      },
                  ]
                : []),
        ],
    };
}

/** How many agents are replaced at once, as Kubernetes takes it: a part is a text, a number isn't. */
function atOnce({ agent: { maxUnavailable } }: SpireSettings): number | string {
    return maxUnavailable.endsWith("%") ? maxUnavailable : Number(maxUnavailable);
}

/**
 * The SPIRE agents: one on every node, each attested by a token of its own pod, serving the Workload API.
 *
 * Guarantees: the server is verified from the first connection on; the kubelet's certificate is verified; no host network, no
 * capabilities, no privilege; the API server is asked for nothing but the node's pods.
 *
 * Creates: ServiceAccount, ClusterRole and its binding, ConfigMap, DaemonSet.
 */
export class SpireAgent extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:SpireAgent";

    constructor(name: string, args: SpireAgentArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SpireAgent.__pulumiType, name, args, opts);
        const { settings, images } = args;
        const labels = labelsOf(AGENT, images.tag("spire-agent"));
        const metadata = { name: AGENT, namespace: NAMESPACE, labels };
        const data = { [AGENT_CONF]: render(agentConf(settings)) };

        const rights = new Rights(
            `${name}-rights`,
            { account: AGENT, clusterRules: AGENT_CLUSTER_RULES, rules: [] },
            { parent: this },
        );
        const config = new k8s.core.v1.ConfigMap(`${name}-config`, { metadata, data }, { parent: this });
        new k8s.apps.v1.DaemonSet(
            `${name}-agents`,
            {
                metadata,
                spec: {
                    selector: { matchLabels: selectorOf(AGENT) },
                    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: atOnce(settings) } },
                    template: {
                        metadata: { labels, annotations: checksum(...Object.values(data)) },
                        spec: agentPodSpec(args),
                    },
                },
            },
            { parent: this, dependsOn: [rights, config] },
        );
        this.registerOutputs({});
    }
}
