import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, right } from "./rights";

/** The API server takes groups from nobody who does not say whom they act as too. */
export const impersonateGroups = rbacFamily({
    name: "impersonate-groups",
    title: "act as a member of a group, system:masters among them",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    rights: [
        {
            ways: [
                ...clusterRight("", ["users"], ["impersonate"]).ways,
                ...right("", ["serviceaccounts"], ["impersonate"]).ways,
            ],
        },
        clusterRight("", ["groups"], ["impersonate"]),
    ],
    leadsTo: (landscape, { names }) =>
        names === undefined || names.includes("system:masters")
            ? [landscape.node("cluster-admin")]
            : names.map((name) => landscape.node("group", "", name)),
    cut: { remedy: "Take the verb impersonate out of the role.", control: "no-impersonation" },
});
