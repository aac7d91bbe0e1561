import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { RBAC, right } from "./rights";
import { allOf } from "./targets";

/** Without the verb escalate the API server lets nobody write rights into a role that they don't have. */
export const escalateRoles = rbacFamily({
    name: "escalate-roles",
    title: "write every right into a Role that they have",
    technique: TECHNIQUES.clusterRoles,
    needs: "nothing more",
    rights: [right(RBAC, ["roles"], ["update", "patch"]), right(RBAC, ["roles"], ["escalate"])],
    leadsTo: allOf,
    cut: { remedy: "Take the verb escalate out of the role.", control: "no-bind-or-escalate" },
});
