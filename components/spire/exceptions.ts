import { KUBELET_ROOTS } from "../../policies/platforms";
import type { AreaException } from "../area";
import { exceptionsOf } from "../area";
import { guardException } from "../guards";
import { AGENT, AGENT_PATHS, CSI_DRIVER, kubeletCertificate, NAMESPACE, SERVER } from "./layout";
import type { SpireSettings } from "./model";

interface SpireConfig {
    readonly spire: SpireSettings;
}

const POD = "spec.template.spec";
const PROCESSES = "A workload is recognised by its process on the node, so the agent must see the node's processes.";
const OWNER_OF_SOCKET = "The agent owns the socket directory on the node as root; every capability of root is dropped.";
const PROPAGATION = "Kubernetes lets mounts propagate to the node from privileged containers only.";
const NODE_PLUGIN =
    "A CSI node plugin works on the kubelet's directories; these are the four the driver's documentation names.";
const KUBELET_DIRECTORIES = "/\\S+/(?:plugins/csi\\.spiffe\\.io|pods|plugins_registry)";
const KUBELET =
    "The driver mounts into pod directories of the kubelet and registers itself there, which only root may write to.";

/** Makes the exceptions of an object of one of SPIRE's components. */
const of = (component: string, kind: string, name: string) =>
    exceptionsOf<SpireConfig>(
        { component: `x0tta6bl4:spire:Spire$x0tta6bl4:spire:${component}`, kind, name },
        () => NAMESPACE,
    );

const agent = of("SpireAgent", "DaemonSet", AGENT);
const driver = of("CsiDriver", "DaemonSet", CSI_DRIVER);
const server = of("SpireServer", "StatefulSet", SERVER);

/** The same, where the data store is a server with a password. */
const onDatabases = (exception: AreaException<SpireConfig>): AreaException<SpireConfig> => ({
    ...exception,
    objects: (config) => (config.spire.server.dataStore.type === "sqlite" ? [] : exception.objects(config)),
});

/** What SPIRE's pods can't do without. */
export const spireExceptions: readonly AreaException<SpireConfig>[] = [
    guardException(() => [NAMESPACE]),
    agent({ control: "no-host-pid", fields: [`${POD}.hostPID`], reason: PROCESSES }),
    agent({
        control: "run-as-non-root",
        container: AGENT,
        fields: [`${POD}.containers[].securityContext.runAsNonRoot`],
        reason: OWNER_OF_SOCKET,
    }),
    agent({ control: "no-root-user", fields: [`${POD}.securityContext.runAsUser`], reason: OWNER_OF_SOCKET }),
    agent({
        control: "restricted-volume-types",
        fields: [`${POD}.volumes[].hostPath`],
        values: [AGENT_PATHS.hostSocketDir, ...KUBELET_ROOTS.map(kubeletCertificate)],
        reason: "The Workload API's socket directory is on the node, where the CSI driver finds it, and so is the kubelet's own certificate, by which it may be verified.",
    }),
    driver({
        control: "no-privileged-containers",
        container: CSI_DRIVER,
        fields: [`${POD}.containers[].securityContext.privileged`],
        reason: PROPAGATION,
    }),
    driver({
        control: "no-path-from-any-pod-to-node",
        fields: [`${POD}.containers[].securityContext.privileged`],
        reason: PROPAGATION,
    }),
    driver({
        control: "no-path-from-any-pod-to-node",
        fields: [`${POD}.volumes[].hostPath.path`],
        values: [KUBELET_DIRECTORIES],
        reason: NODE_PLUGIN,
    }),
    driver({
        control: "no-privilege-escalation",
        container: CSI_DRIVER,
        fields: [`${POD}.containers[].securityContext.allowPrivilegeEscalation`],
        reason: "Kubernetes refuses allowPrivilegeEscalation false together with privileged.",
    }),
    driver({
        control: "run-as-non-root",
        fields: [`${POD}.containers[].securityContext.runAsNonRoot`],
        reason: KUBELET,
    }),
    driver({ control: "no-root-user", fields: [`${POD}.securityContext.runAsUser`], reason: KUBELET }),
    driver({
        control: "restricted-volume-types",
        fields: [`${POD}.volumes[].hostPath`],
        values: [AGENT_PATHS.hostSocketDir, KUBELET_DIRECTORIES],
        reason: NODE_PLUGIN,
    }),
    driver({
        control: "probes-sound",
        container: CSI_DRIVER,
        fields: [`${POD}.containers[].livenessProbe`],
        reason: "The driver answers on a Unix socket only; the registrar's probe beside it asks it there.",
    }),
    server({
        control: "stateful-sets-have-their-service",
        fields: ["spec.serviceName"],
        values: [SERVER],
        reason: "Agents reach the servers at one address, and the servers meet in the data store: none looks for another by its name.",
    }),
    server({
        control: "no-shared-process-namespace",
        fields: [`${POD}.shareProcessNamespace`],
        reason: "The audit log looks the caller of the admin socket up in /proc, where the manager must have a process ID.",
    }),
    onDatabases(
        server({
            control: "no-secrets-in-env",
            container: SERVER,
            fields: [`${POD}.containers[].env[].valueFrom.secretKeyRef`],
            reason: "The data store takes the password through the PostgreSQL client, from PGPASSWORD; a connection string would put it into a ConfigMap.",
        }),
    ),
];
