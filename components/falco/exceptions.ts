import type { AreaException } from "../area";
import { exceptionsOf } from "../area";
import { guardException } from "../guards";
import { CAPABILITIES, FALCO } from "./daemonset";
import type { FalcoSettings } from "./settings";
import { RUNTIME_SOCKET } from "./settings";

interface FalcoConfig {
    readonly falco: FalcoSettings;
}

const POD = "spec.template.spec";
const CONTAINER = `${POD}.containers[].securityContext`;
const ROOT = "The kernel lets only root load the eBPF probe; of root's rights four capabilities are left.";
const PROBE = "These are what the modern eBPF probe needs; all others are dropped.";
const SOCKET = "Falco asks the runtime which container an event comes from; the socket is the only place that tells.";

const falco = exceptionsOf(
    { component: "x0tta6bl4:falco:Falco", kind: "DaemonSet", name: FALCO },
    ({ falco: { namespace } }: FalcoConfig) => namespace,
);

/** What Falco's pods can't do without. Further capabilities are a choice of the stack, and need a waiver. */
export const falcoExceptions: readonly AreaException<FalcoConfig>[] = [
    guardException(({ falco: { namespace } }: FalcoConfig) => [namespace]),
    falco({
        control: "app-armor-not-disabled",
        container: FALCO,
        fields: [`${CONTAINER}.appArmorProfile.type`],
        reason: "AppArmor's default profile forbids reading other pods' processes, which is what Falco is for.",
    }),
    falco({ control: "run-as-non-root", container: FALCO, fields: [`${CONTAINER}.runAsNonRoot`], reason: ROOT }),
    falco({ control: "no-root-user", container: FALCO, fields: [`${CONTAINER}.runAsUser`], reason: ROOT }),
    falco({
        control: "drop-all-capabilities",
        container: FALCO,
        fields: [`${CONTAINER}.capabilities.add[]`],
        values: CAPABILITIES,
        reason: PROBE,
    }),
    falco({
        control: "restricted-volume-types",
        fields: [`${POD}.volumes[].hostPath`],
        values: ["/proc", "/sys/kernel", RUNTIME_SOCKET.source],
        reason: "Falco reads /proc, /sys/kernel and the runtime's socket of the node, all read-only.",
    }),
    falco({
        control: "no-runtime-socket",
        fields: [`${POD}.volumes[].hostPath.path`],
        values: [RUNTIME_SOCKET.source],
        reason: SOCKET,
    }),
    falco({
        control: "no-path-from-any-pod-to-node",
        fields: [`${CONTAINER}.capabilities.add[]`],
        values: CAPABILITIES,
        reason: PROBE,
    }),
    falco({
        control: "no-path-from-any-pod-to-node",
        fields: [`${POD}.volumes[].hostPath.path`],
        values: [RUNTIME_SOCKET.source],
        reason: SOCKET,
    }),
];
