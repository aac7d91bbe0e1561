import { noClusterDefaultsWrites } from "../../../../policies/controls/rbac/no-cluster-defaults-writes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noClusterDefaultsWrites, {
    clusterScoped: true,
    refused: {
        "the priorities of pods": [
            { apiGroups: ["scheduling.k8s.io"], resources: ["priorityclasses"], verbs: ["create"] },
            "rules[0] grants create on priorityclasses. Remove the write verbs, or name the objects.",
        ],
        "the order of requests": [
            {
                apiGroups: ["flowcontrol.apiserver.k8s.io"],
                resources: ["flowschemas", "prioritylevelconfigurations"],
                verbs: ["get", "patch"],
            },
            "rules[0] grants patch on flowschemas, prioritylevelconfigurations. Remove the write verbs, or name the objects.",
        ],
        "everybody's leases": [
            { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "update"] },
            "rules[0] grants update on leases. Remove the write verbs, or name the objects.",
        ],
        "every verb on classes of devices": [
            { apiGroups: ["resource.k8s.io"], resources: ["deviceclasses"], verbs: ["*"] },
            "rules[0] grants * on deviceclasses, create on deviceclasses among it. Name the resources and verbs that are needed.",
        ],
        "bundles of trust": [
            { apiGroups: ["certificates.k8s.io"], resources: ["clustertrustbundles"], verbs: ["delete"] },
            "rules[0] grants delete on clustertrustbundles. Remove the write verbs, or name the objects.",
        ],
    },
    allowed: {
        "reading them": {
            apiGroups: ["scheduling.k8s.io", "storage.k8s.io"],
            resources: ["priorityclasses", "storageclasses"],
            verbs: ["get", "list", "watch"],
        },
        "a lease by its name": {
            apiGroups: ["coordination.k8s.io"],
            resources: ["leases"],
            verbs: ["update"],
            resourceNames: ["tested"],
        },
        "resources of that name elsewhere": { apiGroups: ["example.org"], resources: ["leases"], verbs: ["update"] },
    },
});
