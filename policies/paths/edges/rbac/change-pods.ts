import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { thingsOf } from "./targets";

export const changePods = rbacFamily({
    name: "change-pods",
    title: "change the image of a running pod",
    technique: TECHNIQUES.deploy,
    needs: "nothing more",
    rights: [right("", ["pods"], ["update", "patch"])],
    leadsTo: thingsOf("pod"),
    cut: { remedy: "Take the verbs update and patch on pods out of the role.", control: "no-workload-creation" },
});
