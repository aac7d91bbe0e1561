import type { AreaException } from "../area";
import { guardException } from "../guards";
import { FALCO } from "./daemonset";
import type { FalcoSettings } from "./settings";

interface FalcoConfig {
    readonly falco: FalcoSettings;
}

const POD = "spec.template.spec";
const CONTAINER = `${POD}.containers[].securityContext`;
const ROOT = "The kernel lets only root load the eBPF probe; of root's rights four capabilities are left.";

const falco = (exception: Omit<AreaException<FalcoConfig>, "component" | "kind" | "name" | "objects">) => ({
    component: "x0tta6bl4:falco:Falco",
    kind: "DaemonSet",
    name: FALCO,
    objects: ({ falco: { namespace } }: FalcoConfig) => [`DaemonSet ${namespace}/${FALCO}`],
    ...exception,
});

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
        values: ["BPF", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"],
        reason: "BPF, PERFMON, SYS_PTRACE and SYS_RESOURCE are what the modern eBPF probe needs; all others are dropped.",
    }),
    falco({
        control: "restricted-volume-types",
        fields: [`${POD}.volumes[].hostPath`],
        values: ["/proc", "/etc", "/sys/kernel", "/(?:var/)?run/[a-z0-9/._-]+\\.sock"],
        reason: "Falco reads /proc, /etc, /sys/kernel and the runtime's socket of the node, all read-only.",
    }),
    falco({
        control: "no-runtime-socket",
        fields: [`${POD}.volumes[].hostPath.path`],
        values: ["/(?:var/)?run/[a-z0-9/._-]+\\.sock"],
        reason: "Falco asks the runtime which container an event comes from; the socket is the only place that tells.",
    }),
];
