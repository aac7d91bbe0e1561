import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right, RUN_PODS } from "./rights";

/** A request about a namespace is asked for in that namespace, so a RoleBinding gives its own. */
export const openNamespaces = rbacFamily({
    name: "open-namespaces",
    title: "take the Pod Security label off a namespace and start a privileged pod in it",
    technique: TECHNIQUES.impairDefences,
    needs: "nothing more",
    rights: [RUN_PODS, right("", ["namespaces"], ["update", "patch"])],
    leadsTo: (landscape, { namespace, names }) =>
        namespace === "" || names === undefined || names.includes(namespace) ? [landscape.node("control-plane")] : [],
    cut: { remedy: "Take the verbs update and patch on namespaces out of the role.", control: "no-namespace-changes" },
});
