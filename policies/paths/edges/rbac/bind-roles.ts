import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { RBAC, right } from "./rights";
import { allByRole } from "./targets";

/** Without the verb bind the API server lets nobody grant what they don't have. */
export const bindRoles = rbacFamily({
    name: "bind-roles",
    title: "bind a role with every right in a namespace to themselves",
    technique: TECHNIQUES.clusterRoles,
    needs: "nothing more",
    rights: [right(RBAC, ["rolebindings"], CREATE), right(RBAC, ["clusterroles", "roles"], ["bind"])],
    leadsTo: allByRole,
    cut: { remedy: "Take the verb bind out of the role, or name harmless roles.", control: "no-bind-or-escalate" },
});
