import { POWERS } from "../../../kubernetes/rbac/powers";
import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { isApplied, ways } from "./operators";
import { always } from "./targets";

const ARGO_CD = {
    resources: { "argoproj.io": ["applications", "applicationsets", "appprojects"] },
    verbs: CREATE,
};

/** Tools of GitOps and their kin apply what they are told with the rights of their controller, which mostly has all. */
export const operatorObjects = rbacFamily({
    name: "operator-objects",
    title: "have an operator apply objects for them",
    technique: TECHNIQUES.clusterRoles,
    needs: "the operator, and that it does not act as an account with fewer rights",
    rights: [{ ways: [...ways(POWERS.runByOperator.grants.filter(isApplied)), ARGO_CD] }],
    leadsTo: always("cluster-admin"),
    cut: { remedy: "Take the custom resources out of the role.", control: "no-operator-workloads" },
});
