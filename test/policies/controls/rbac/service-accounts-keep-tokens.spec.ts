import { serviceAccountsKeepTokens } from "../../../../policies/controls/rbac/service-accounts-keep-tokens";
import { describeControl } from "../../../support/control-suite";
import { pod, serviceAccount } from "../../../support/objects";

describeControl(serviceAccountsKeepTokens, {
    refused: {
        "an account that says nothing": {
            object: serviceAccount("web"),
            message: "automountServiceAccountToken is unset, which means true. Set it to false.",
        },
        "an account that hands it out": {
            object: serviceAccount("web", { automountServiceAccountToken: true }),
            message: "automountServiceAccountToken is true. Set it to false.",
        },
        "an account whose token its only pod declines, but not for the pods": {
            stack: [serviceAccount("web"), pod({}, { serviceAccountName: "web", automountServiceAccountToken: false })],
            message: "automountServiceAccountToken is unset, which means true. Set it to false.",
            slugs: [],
        },
        "an account whose token one of its pods takes": {
            stack: [
                serviceAccount("web"),
                pod({}, { serviceAccountName: "web", automountServiceAccountToken: false }),
                pod({}, { serviceAccountName: "web" }),
            ],
            message: "automountServiceAccountToken is unset, which means true. Set it to false.",
            slugs: ["sa.automount"],
        },
    },
    allowed: { "an account that keeps it": { object: serviceAccount("web", { automountServiceAccountToken: false }) } },
});
