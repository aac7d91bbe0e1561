import type { Manifest } from "../../../support/controls";
import { boundTo, may, object, pod, podWithHostPath } from "../manifests";
import type { Case } from "./case";
import { POD } from "./case";

type Fields = Readonly<Record<string, unknown>>;

const PRIVILEGED = { securityContext: { privileged: true } };
const adds = (name: string): Fields => ({ securityContext: { capabilities: { add: [name] } } });
const PROCESSES = "the node's processes, from spec.containers[0].securityContext.capabilities.add[0]";
const claiming = pod(
    { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    { volumeMounts: [{ name: "data", mountPath: "/data" }] },
);
const volume = (spec: Fields): Manifest => object("v1", "PersistentVolume", "disk", { spec }, "");
const claim = (spec: Fields): Manifest => object("v1", "PersistentVolumeClaim", "data", { spec });

/** How code in a container comes to its node. */
export const ESCAPES: readonly Case[] = [
    {
        family: "privileged-container",
        open: [pod({ tolerations: [{ key: "node-role.kubernetes.io/etcd" }] }, PRIVILEGED)],
        edge: `${POD} -> a node of the control plane`,
        mended: [pod({ tolerations: [{ key: "node.kubernetes.io/not-ready" }] }, PRIVILEGED)],
    },
    {
        family: "privileged-container",
        open: [pod({ tolerations: [{ operator: "Exists" }] }, PRIVILEGED)],
        edge: `${POD} -> a node of the control plane`,
        mended: [pod({ tolerations: [{ operator: "Exists", effect: "PreferNoSchedule" }] }, PRIVILEGED)],
    },
    {
        family: "privileged-container",
        open: [pod({}, PRIVILEGED)],
        edge: `${POD} -> a node`,
        mended: [pod({ hostUsers: false }, PRIVILEGED)],
    },
    {
        family: "dangerous-capability",
        open: [pod({}, adds("CAP_SYS_ADMIN"))],
        edge: `${POD} -> a node`,
        mended: [pod({}, adds("NET_BIND_SERVICE"))],
    },
    {
        family: "host-processes",
        open: [pod({ hostPID: true }, adds("SYS_PTRACE"))],
        edge: `${POD} -> ${PROCESSES}`,
        mended: [pod({ hostPID: false }, adds("SYS_PTRACE"))],
    },
    {
        family: "unmasked-proc",
        open: [pod({}, { securityContext: { procMount: "Unmasked" } })],
        edge: `${POD} -> a node`,
        mended: [pod({ hostUsers: false }, { securityContext: { procMount: "Unmasked" } })],
    },
    {
        family: "windows-host-process",
        open: [pod({ securityContext: { windowsOptions: { hostProcess: true } } })],
        edge: `${POD} -> a node`,
        mended: [pod({ securityContext: { windowsOptions: { hostProcess: false } } })],
    },
    {
        family: "runtime-socket",
        open: [podWithHostPath("/run/containerd/containerd.sock", true)],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/srv/data", true)],
    },
    {
        family: "host-path-write",
        open: [podWithHostPath("/etc", false)],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/etc", true)],
    },
    {
        family: "host-path-read",
        open: [podWithHostPath("/var/lib/kubelet", true)],
        edge: `${POD} -> every pod of the cluster`,
        mended: [podWithHostPath("/var/lib/data", true)],
    },
    {
        family: "log-symlink",
        open: [
            podWithHostPath("/var/log", false),
            ...boundTo({ kind: "ServiceAccount", name: "web" }, may(["", "pods/log", "get"])),
        ],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/var/log", false)],
    },
    {
        family: "host-processes",
        open: [pod({ hostPID: true }, adds("SYS_PTRACE"))],
        edge: `${PROCESSES} -> a node`,
        mended: [pod({ hostPID: true }, adds("SYS_NICE"))],
    },
    {
        family: "host-path-write",
        open: [claiming, volume({ hostPath: { path: "/etc" }, claimRef: { namespace: "shop", name: "data" } })],
        edge: `${POD} -> a node`,
        mended: [claiming, volume({ hostPath: { path: "/etc" }, claimRef: { namespace: "bank", name: "data" } })],
    },
    {
        family: "host-path-write",
        open: [claiming, volume({ local: { path: "/etc" } }), claim({ volumeName: "disk" })],
        edge: `${POD} -> a node`,
        mended: [claiming, volume({ local: { path: "/etc" } }), claim({ volumeName: "other" })],
    },
];
