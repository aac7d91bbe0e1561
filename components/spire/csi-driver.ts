import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Images } from "../images";
import { pulled } from "../images/pull";
import { EVERY_NODE } from "./agent";
import { AGENT, AGENT_PATHS, CSI_DRIVER, CSI_DRIVER_NAME, NAMESPACE, PORTS } from "./layout";
import { labelsOf, resources, selectorOf } from "./pods";
import { Rights } from "./rights";

export interface CsiDriverArgs {
    /** The kubelet's directory on the node. */
    readonly kubeletRoot: string;
    readonly images: Images;
}

const SOCKET_DIR = "/spire-agent-socket";
const PLUGIN_DIR = "/spiffe-csi";
const PLUGIN_SOCKET = `${PLUGIN_DIR}/csi.sock`;

/** Directories of the node that the driver works on. */
export function csiHostPaths(kubeletRoot: string): {
    readonly socket: string;
    readonly plugin: string;
    readonly pods: string;
    readonly registration: string;
} {
    return {
        socket: AGENT_PATHS.hostSocketDir,
        plugin: `${kubeletRoot}/plugins/${CSI_DRIVER_NAME}`,
        pods: `${kubeletRoot}/pods`,
        registration: `${kubeletRoot}/plugins_registry`,
    };
}

/** The pod of the driver: it bind-mounts the agent's socket directory into pods, so it must propagate mounts to the node. */
export function csiPodSpec({ kubeletRoot, images }: CsiDriverArgs): k8s.types.input.core.v1.PodSpec {
    const paths = csiHostPaths(kubeletRoot);
    const hostPath = (name: string, path: string, type: string): k8s.types.input.core.v1.Volume => ({
        name,
        hostPath: { path, type },
    });
    return {
        serviceAccountName: CSI_DRIVER,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: AGENT,
        securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
        tolerations: EVERY_NODE,
        nodeSelector: { "kubernetes.io/os": "linux" },
        containers: [
            {
                name: CSI_DRIVER,
                ...pulled(images.ref("spiffe-csi-driver")),
                args: [
                    "-workload-api-socket-dir",
                    SOCKET_DIR,
                    "-plugin-name",
                    CSI_DRIVER_NAME,
                    "-csi-socket-path",
                    PLUGIN_SOCKET,
                ],
                env: [{ name: "MY_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
                // Kubernetes allows mounts to propagate to the node from privileged containers only.
                securityContext: { privileged: true, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
                resources: resources({ cpu: "10m", memory: "32Mi" }, { cpu: "200m", memory: "128Mi" }),
                volumeMounts: [
                    { name: "workload-socket", mountPath: SOCKET_DIR, readOnly: true },
                    { name: "plugin", mountPath: PLUGIN_DIR },
                    { name: "pods", mountPath: paths.pods, mountPropagation: "Bidirectional" },
                ],
            },
            {
                name: "node-driver-registrar",
                ...pulled(images.ref("csi-node-driver-registrar")),
                args: [
                    "-csi-address",
                    PLUGIN_SOCKET,
                    "-kubelet-registration-path",
                    `${paths.plugin}/csi.sock`,
                    "-health-port",
                    String(PORTS.csiHealth),
                ],
                ports: [{ name: "healthz", containerPort: PORTS.csiHealth }],
                securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                },
                resources: resources({ cpu: "10m", memory: "32Mi" }, { cpu: "200m", memory: "128Mi" }),
                startupProbe: {
                    httpGet: { path: "/healthz", port: "healthz" },
                    periodSeconds: 5,
                    failureThreshold: 24,
                },
                livenessProbe: { httpGet: { path: "/healthz", port: "healthz" }, periodSeconds: 30, timeoutSeconds: 5 },
                readinessProbe: {
                    httpGet: { path: "/healthz", port: "healthz" },
                    periodSeconds: 15,
                    timeoutSeconds: 5,
                },
                volumeMounts: [
                    { name: "plugin", mountPath: PLUGIN_DIR },
                    { name: "registration", mountPath: "/registration" },
                ],
            },
        ],
        volumes: [
            hostPath("workload-socket", paths.socket, "DirectoryOrCreate"),
            hostPath("plugin", paths.plugin, "DirectoryOrCreate"),
            hostPath("pods", paths.pods, "Directory"),
            hostPath("registration", paths.registration, "Directory"),
        ],
    };
}

/**
 * The SPIFFE CSI driver: it gives pods the Workload API as a read-only volume, so that they need no hostPath and run under
 * `restricted`. Workloads must depend on it: without the driver their pods can neither start nor be deleted.
 *
 * Creates: ServiceAccount, CSIDriver, DaemonSet.
 */
export class CsiDriver extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:CsiDriver";

    constructor(name: string, args: CsiDriverArgs, opts?: pulumi.ComponentResourceOptions) {
        super(CsiDriver.__pulumiType, name, args, opts);
        const labels = labelsOf(CSI_DRIVER, args.images.tag("spiffe-csi-driver"));
        const rights = new Rights(
            `${name}-rights`,
            { account: CSI_DRIVER, clusterRules: [], rules: [] },
            { parent: this },
        );
        const driver = new k8s.storage.v1.CSIDriver(
            `${name}-driver`,
            {
                metadata: {
                    name: CSI_DRIVER_NAME,
                    // OpenShift admits the volume under `restricted` only with this.
                    labels: { ...labels, "security.openshift.io/csi-ephemeral-volume-profile": "restricted" },
                },
                spec: {
                    attachRequired: false,
                    podInfoOnMount: true,
                    fsGroupPolicy: "None",
                    volumeLifecycleModes: ["Ephemeral"],
                },
            },
            { parent: this },
        );
        new k8s.apps.v1.DaemonSet(
            `${name}-drivers`,
            {
                metadata: { name: CSI_DRIVER, namespace: NAMESPACE, labels },
                spec: {
                    selector: { matchLabels: selectorOf(CSI_DRIVER) },
                    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
                    template: { metadata: { labels }, spec: csiPodSpec(args) },
                },
            },
            { parent: this, dependsOn: [rights, driver] },
        );
        this.registerOutputs({});
    }
}
