import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { CHANGE_WORKLOADS } from "./rights";
import { placeOf } from "./targets";

/** A right to one named workload is enough: its template may name any account and any Secret of the namespace. */
export const changeWorkloads = rbacFamily({
    name: "change-workloads",
    title: "change the template of a workload: its image, its account, the Secrets it mounts",
    technique: TECHNIQUES.deploy,
    needs: "nothing more",
    rights: [CHANGE_WORKLOADS],
    leadsTo: placeOf("workloads"),
    cut: { remedy: "Leave workloads to a deployer that nobody else can act as.", control: "no-workload-creation" },
});
