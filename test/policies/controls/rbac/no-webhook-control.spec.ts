import { noWebhookControl } from "../../../../policies/controls/rbac/no-webhook-control";
import { describeGrants } from "../../../support/rbac";

describeGrants(noWebhookControl, {
    clusterScoped: true,
    refused: {
        "update on webhook configurations": [
            {
                apiGroups: ["admissionregistration.k8s.io"],
                resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
                verbs: ["update"],
            },
            "rules[0] grants update on mutatingwebhookconfigurations, validatingwebhookconfigurations. Limit it to the configurations the component owns with resourceNames, or drop it.",
        ],
        "deleting admission policies": [
            {
                apiGroups: ["admissionregistration.k8s.io"],
                resources: ["validatingadmissionpolicybindings"],
                verbs: ["delete"],
            },
            "rules[0] grants delete on validatingadmissionpolicybindings. Limit it to the configurations the component owns with resourceNames, or drop it.",
        ],
    },
    allowed: {
        "reading webhook configurations": {
            apiGroups: ["admissionregistration.k8s.io"],
            resources: ["mutatingwebhookconfigurations"],
            verbs: ["get", "list", "watch"],
        },
        "patching one named configuration": {
            apiGroups: ["admissionregistration.k8s.io"],
            resources: ["mutatingwebhookconfigurations"],
            verbs: ["patch"],
            resourceNames: ["injector"],
        },
    },
});
