import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { always } from "./targets";

export const mutateAdmission = rbacFamily({
    name: "mutate-admission",
    title: "change every object that others write, administrators among them",
    technique: TECHNIQUES.intercept,
    needs: "nothing more",
    rights: [
        clusterRight(
            "admissionregistration.k8s.io",
            ["mutatingwebhookconfigurations", "mutatingadmissionpolicies"],
            CREATE,
        ),
    ],
    leadsTo: always("cluster-admin"),
    cut: {
        remedy: "Take the rule out of the role: resourceNames say which configuration is changed, not to what.",
        control: "no-webhook-control",
    },
});
