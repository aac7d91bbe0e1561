import { noUnaskedNodeCertificates } from "../../../../policies/controls/rbac/no-unasked-node-certificates";
import { describeGrants } from "../../../support/rbac";

describeGrants(noUnaskedNodeCertificates, {
    clusterScoped: true,
    refused: {
        "a node's certificate": [
            {
                apiGroups: ["certificates.k8s.io"],
                resources: ["certificatesigningrequests/nodeclient"],
                verbs: ["create"],
            },
            "rules[0] grants create on certificatesigningrequests/nodeclient. Leave it to the API server's own roles.",
        ],
        "its renewal": [
            {
                apiGroups: ["certificates.k8s.io"],
                resources: ["certificatesigningrequests", "certificatesigningrequests/selfnodeclient"],
                verbs: ["create", "get"],
            },
            "rules[0] grants create on certificatesigningrequests/selfnodeclient. Leave it to the API server's own roles.",
        ],
    },
    allowed: {
        "a request that somebody has to approve": {
            apiGroups: ["certificates.k8s.io"],
            resources: ["certificatesigningrequests"],
            verbs: ["create", "get", "watch"],
        },
    },
});
