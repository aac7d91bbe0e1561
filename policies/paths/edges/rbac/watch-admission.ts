import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { WRITE } from "./rights";
import { always } from "./targets";

/** A name limits which configuration is changed, but not to what: any rules, and any address. */
export const watchAdmission = rbacFamily({
    name: "watch-admission",
    title: "have every Secret that is written sent to a webhook of their own",
    technique: TECHNIQUES.intercept,
    needs: "nothing more",
    rights: [
        {
            ways: [
                {
                    resources: { "admissionregistration.k8s.io": ["validatingwebhookconfigurations"] },
                    verbs: WRITE,
                },
            ],
            clusterScoped: true,
        },
    ],
    leadsTo: always("secrets"),
    cut: {
        remedy: "Take the rule out of the role: resourceNames say which configuration is changed, not to what.",
        control: "no-webhook-control",
    },
});
