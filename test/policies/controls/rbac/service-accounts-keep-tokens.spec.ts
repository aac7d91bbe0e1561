import { serviceAccountsKeepTokens } from "../../../../policies/controls/rbac/service-accounts-keep-tokens";
import { describeControl } from "../../../support/control-suite";
import { serviceAccount } from "../../../support/objects";

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
    },
    allowed: { "an account that keeps it": { object: serviceAccount("web", { automountServiceAccountToken: false }) } },
});
