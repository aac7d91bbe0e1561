import { noDeprecatedServiceAccountField } from "../../../../policies/controls/rbac/no-deprecated-service-account-field";
import { describeControl } from "../../../support/control-suite";

describeControl(noDeprecatedServiceAccountField, {
    refused: {
        "the old field": {
            pod: { serviceAccount: "web" },
            message: `spec.serviceAccount is "web". Write serviceAccountName instead.`,
        },
        "the old field beside another name": {
            pod: { serviceAccount: "web", serviceAccountName: "api" },
            message: `spec.serviceAccount is "web", while serviceAccountName is "api". Write serviceAccountName instead.`,
        },
    },
    allowed: {
        "the new field": { pod: { serviceAccountName: "web" } },
        "both with one value, as the API server answers": { pod: { serviceAccount: "web", serviceAccountName: "web" } },
        "neither field": {},
    },
});
