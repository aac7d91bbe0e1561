import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, RUN_PODS } from "./rights";
import { always } from "./targets";

export const openNamespaces = rbacFamily({
    name: "open-namespaces",
    title: "take the Pod Security label off a namespace and start a privileged pod in it",
    technique: TECHNIQUES.impairDefences,
    needs: "nothing more",
    rights: [RUN_PODS, clusterRight("", ["namespaces"], ["update", "patch"])],
    leadsTo: always("control-plane"),
    cut: { remedy: "Take the verbs update and patch on namespaces out of the role.", control: "no-namespace-changes" },
});
