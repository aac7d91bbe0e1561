import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { CREATE_WORKLOADS } from "./rights";
import { placeOf } from "./targets";

export const createWorkloads = rbacFamily({
    name: "create-workloads",
    title: "create pods, or what makes pods",
    technique: TECHNIQUES.deploy,
    needs: "nothing more",
    rights: [CREATE_WORKLOADS],
    leadsTo: placeOf("workloads"),
    cut: { remedy: "Leave workloads to a deployer that nobody else can act as.", control: "no-workload-creation" },
});
