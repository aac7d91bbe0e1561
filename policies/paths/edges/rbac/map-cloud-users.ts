import type { Landscape } from "../../landscape";
import { TECHNIQUES } from "../../techniques";
import { EKS_ROLE } from "../cloud-role";
import { rbacFamily } from "./family";
import { right } from "./rights";

/** A stack is for EKS if it has that ConfigMap, or accounts with roles of AWS. */
function isOnEks({ stack }: Landscape): boolean {
    return (
        stack.find("ConfigMap", "kube-system", "aws-auth") !== undefined ||
        stack.ofKind("ServiceAccount").some(({ annotations }) => annotations[EKS_ROLE] !== undefined)
    );
}

export const mapCloudUsers = rbacFamily({
    name: "map-cloud-users",
    title: "map a principal of AWS to system:masters in the ConfigMap aws-auth",
    technique: TECHNIQUES.cloudAccounts,
    needs: "a cluster of EKS that still reads the ConfigMap",
    rights: [{ ...right("", ["configmaps"], ["update", "patch"]), names: ["aws-auth"] }],
    leadsTo: (landscape, { namespace }) =>
        ["", "kube-system"].includes(namespace) && isOnEks(landscape) ? [landscape.node("cluster-admin")] : [],
    cut: {
        remedy: "Name other ConfigMaps in resourceNames, or use access entries of EKS.",
        control: "no-configmap-writes",
    },
});
