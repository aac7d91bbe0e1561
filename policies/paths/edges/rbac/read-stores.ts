import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { READ_SECRETS, RUN_PODS, WRITE } from "./rights";
import { placeOf } from "./targets";

export const readStores = rbacFamily({
    name: "read-stores",
    title: "have the content of a secret store fetched into a Secret, and read it",
    technique: TECHNIQUES.secretStores,
    needs: "nothing more",
    rights: [
        { ways: [...READ_SECRETS.ways, ...RUN_PODS.ways] },
        {
            ways: [
                {
                    resources: { "external-secrets.io": ["externalsecrets", "clusterexternalsecrets"] },
                    verbs: WRITE,
                },
            ],
        },
    ],
    leadsTo: placeOf("stores"),
    cut: {
        remedy: "Take the custom resources of External Secrets out of the role.",
        control: "no-secret-store-access",
    },
});
