import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { usersOf } from "./targets";

export const impersonateUsers = rbacFamily({
    name: "impersonate-users",
    title: "act as another user",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    rights: [clusterRight("", ["users"], ["impersonate"])],
    leadsTo: usersOf,
    cut: { remedy: "Take the verb impersonate out of the role.", control: "no-impersonation" },
});
