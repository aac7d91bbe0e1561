import { noDefaultServiceAccount } from "../../../../policies/controls/rbac/no-default-service-account";
import { describeControl } from "../../../support/control-suite";

describeControl(noDefaultServiceAccount, {
    refused: {
        "a pod that names none": {
            message: `spec.serviceAccountName is unset, which means "default". Name a service account of the workload's own.`,
        },
        "a pod that names the default": {
            pod: { serviceAccountName: "default" },
            message: `spec.serviceAccountName is "default". Name a service account of the workload's own.`,
        },
        "a pod that names the default under the field's old name": {
            pod: { serviceAccount: "default" },
            message: `spec.serviceAccountName is "default". Name a service account of the workload's own.`,
        },
    },
    allowed: {
        "a pod with an account of its own": { pod: { serviceAccountName: "web" } },
        "a pod with an account under the field's old name": { pod: { serviceAccount: "web" } },
    },
});
