import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { thingsOf } from "./targets";

export const impersonateAccounts = rbacFamily({
    name: "impersonate-accounts",
    title: "act as a service account",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    rights: [right("", ["serviceaccounts"], ["impersonate"])],
    leadsTo: thingsOf("account"),
    cut: { remedy: "Take the verb impersonate out of the role.", control: "no-impersonation" },
});
