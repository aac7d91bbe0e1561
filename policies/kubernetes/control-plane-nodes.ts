import type { Body } from "./kube";
import { str } from "./kube";

/** Labels of the nodes of a control plane, and the keys of their taints: kubeadm's, its former one, and that of etcd's nodes. */
export const CONTROL_PLANE_ROLES: readonly string[] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
    "node-role.kubernetes.io/etcd",
];

/** Says whether a toleration is about the taints of the control plane. One without a key and with `Exists` is about every taint. */
export function reachesControlPlane(toleration: Body): boolean {
    const key = str(toleration["key"]);
    return CONTROL_PLANE_ROLES.includes(key) || (key === "" && toleration["operator"] === "Exists");
}
