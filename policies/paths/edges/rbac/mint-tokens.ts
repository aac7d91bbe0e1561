import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { thingsOf } from "./targets";

export const mintTokens = rbacFamily({
    name: "mint-tokens",
    title: "ask for a token of a service account",
    technique: TECHNIQUES.stealToken,
    needs: "nothing more",
    rights: [right("", ["serviceaccounts/token"], ["create"])],
    leadsTo: thingsOf("account"),
    cut: {
        remedy: "Name the accounts in resourceNames, or take the rule out of the role.",
        control: "no-token-creation",
    },
});
