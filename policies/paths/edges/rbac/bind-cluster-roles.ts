import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, RBAC } from "./rights";
import { allByRole } from "./targets";

/** Without the verb bind the API server lets nobody grant what they don't have. */
export const bindClusterRoles = rbacFamily({
    name: "bind-cluster-roles",
    title: "bind cluster-admin to themselves",
    technique: TECHNIQUES.clusterRoles,
    needs: "nothing more",
    rights: [clusterRight(RBAC, ["clusterrolebindings"], CREATE), clusterRight(RBAC, ["clusterroles"], ["bind"])],
    leadsTo: allByRole,
    cut: { remedy: "Take the verb bind out of the role, or name harmless roles.", control: "no-bind-or-escalate" },
});
