import { POWERS } from "../../../kubernetes/rbac/powers";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { isApplied, ways } from "./operators";
import { placeOf } from "./targets";

/** What an operator that is not in the table makes of its custom resources is not known here. */
export const operatorWorkloads = rbacFamily({
    name: "operator-workloads",
    title: "have an operator start pods for them",
    technique: TECHNIQUES.deploy,
    needs: "the operator, which takes the pod from the custom resource",
    rights: [{ ways: ways(POWERS.runByOperator.grants.filter((grant) => !isApplied(grant))) }],
    leadsTo: placeOf("workloads"),
    cut: { remedy: "Take the custom resources out of the role.", control: "no-operator-workloads" },
});
