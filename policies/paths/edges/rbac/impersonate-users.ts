import { subjectNode } from "../../grants";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";

export const impersonateUsers = rbacFamily({
    name: "impersonate-users",
    title: "act as another user",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    rights: [clusterRight("", ["users"], ["impersonate"])],
    leadsTo: (landscape, { names }) =>
        names === undefined
            ? [landscape.node("users")]
            : names.flatMap((name) => subjectNode(landscape, { kind: "User", name, namespace: "", path: "" }) ?? []),
    cut: { remedy: "Take the verb impersonate out of the role.", control: "no-impersonation" },
});
