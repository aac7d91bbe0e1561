import type { EdgeFamily } from "../../edge";
import { bindingNode, givesEveryRight, grantsOf } from "../../grants";
import { TECHNIQUES } from "../../techniques";
import { allOf } from "./targets";

export const everyRightFamily: EdgeFamily = {
    name: "every-right",
    title: "do everything that the API server does",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    cut: {
        effort: "redesign",
        remedy: "Bind a role that says what is needed in the place of one that gives every right.",
        control: "no-cluster-admin-bindings",
    },
    *find(landscape) {
        for (const grant of grantsOf(landscape).filter(givesEveryRight)) {
            for (const to of allOf(landscape, { namespace: grant.namespace, names: undefined })) {
                yield {
                    from: bindingNode(landscape, grant),
                    to,
                    object: grant.binding,
                    field: "roleRef",
                    requests: [{ verb: "*", group: "*", resource: "*", namespace: grant.namespace }],
                };
            }
        }
    },
};
