import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { thingsOf } from "./targets";

export const debugPods = rbacFamily({
    name: "debug-pods",
    title: "add a container to a running pod",
    technique: TECHNIQUES.administer,
    needs: "nothing more",
    rights: [right("", ["pods/ephemeralcontainers"], ["update", "patch"])],
    leadsTo: thingsOf("pod"),
    cut: { remedy: "Take pods/ephemeralcontainers out of the role.", control: "no-pod-exec" },
});
