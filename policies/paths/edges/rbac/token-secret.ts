import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { READ_SECRETS, right } from "./rights";
import { placeOf } from "./targets";

/** Whoever creates the Secret chooses its name, so that reading one by name is enough. */
export const tokenSecret = rbacFamily({
    name: "token-secret",
    title: "create a Secret that the token controller fills with an account's token, and read it",
    technique: TECHNIQUES.stealToken,
    needs: "nothing more",
    rights: [right("", ["secrets"], ["create"]), READ_SECRETS],
    leadsTo: placeOf("accounts"),
    cut: { remedy: "Take the verb create on secrets out of the role.", control: "no-secret-write" },
});
