import { noCsrApproval } from "../../../../policies/controls/rbac/no-csr-approval";
import { describeGrants } from "../../../support/rbac";

describeGrants(noCsrApproval, {
    clusterScoped: true,
    refused: {
        "update on the approval subresource": [
            {
                apiGroups: ["certificates.k8s.io"],
                resources: ["certificatesigningrequests/approval"],
                verbs: ["update"],
            },
            "rules[0] grants update on certificatesigningrequests/approval. Leave approving to the controller manager.",
        ],
        "approve on signers": [
            {
                apiGroups: ["certificates.k8s.io"],
                resources: ["signers"],
                verbs: ["approve"],
                resourceNames: ["kubernetes.io/kube-apiserver-client"],
            },
            "rules[0] grants approve on signers. Leave approving to the controller manager.",
        ],
    },
    allowed: {
        "creating a request": {
            apiGroups: ["certificates.k8s.io"],
            resources: ["certificatesigningrequests"],
            verbs: ["create", "get"],
        },
    },
});
