import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, RBAC } from "./rights";
import { allOf } from "./targets";

/** Without the verb escalate the API server lets nobody write rights into a role that they don't have. */
export const escalateClusterRoles = rbacFamily({
    name: "escalate-cluster-roles",
    title: "write every right into a ClusterRole that they have",
    technique: TECHNIQUES.clusterRoles,
    needs: "nothing more",
    rights: [
        clusterRight(RBAC, ["clusterroles"], ["update", "patch"]),
        clusterRight(RBAC, ["clusterroles"], ["escalate"]),
    ],
    leadsTo: allOf,
    cut: { remedy: "Take the verb escalate out of the role.", control: "no-bind-or-escalate" },
});
