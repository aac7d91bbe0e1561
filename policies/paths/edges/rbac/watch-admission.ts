import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { always } from "./targets";

/** A name limits which configuration is changed, but not to what: any rules, and any address. */
export const watchAdmission = rbacFamily({
    name: "watch-admission",
    title: "have every Secret that is written sent to a webhook of their own",
    technique: TECHNIQUES.intercept,
    needs: "nothing more",
    rights: [clusterRight("admissionregistration.k8s.io", ["validatingwebhookconfigurations"], CREATE)],
    leadsTo: always("secrets"),
    cut: {
        remedy: "Take the rule out of the role: resourceNames say which configuration is changed, not to what.",
        control: "no-webhook-control",
    },
});
