import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { READ_SECRETS } from "./rights";
import { thingsOf } from "./targets";

export const readSecrets = rbacFamily({
    name: "read-secrets",
    title: "read Secrets through the API",
    technique: TECHNIQUES.containerApi,
    needs: "nothing more",
    rights: [READ_SECRETS],
    leadsTo: thingsOf("secret"),
    cut: { remedy: "Name the Secrets in resourceNames, or take the rule out of the role.", control: "no-secret-read" },
});
