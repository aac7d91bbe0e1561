import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { READ_SECRETS, right, RUN_PODS } from "./rights";
import { placeOf } from "./targets";

export const readStores = rbacFamily({
    name: "read-stores",
    title: "have the content of a secret store fetched into a Secret, and read it",
    technique: TECHNIQUES.secretStores,
    needs: "nothing more",
    rights: [
        { ways: [...READ_SECRETS.ways, ...RUN_PODS.ways] },
        right("external-secrets.io", ["externalsecrets", "clusterexternalsecrets"], CREATE),
    ],
    leadsTo: placeOf("stores"),
    cut: {
        remedy: "Take the custom resources of External Secrets out of the role.",
        control: "no-secret-store-access",
    },
});
