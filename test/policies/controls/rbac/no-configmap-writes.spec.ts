import { noConfigmapWrites } from "../../../../policies/controls/rbac/no-configmap-writes";
import { describeControl } from "../../../support/control-suite";
import { clusterRole, role } from "../../../support/rbac";

const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "update"] };
const ADVICE = "Limit it with resourceNames to the ConfigMaps the component owns.";

describeControl(noConfigmapWrites, {
    refused: {
        "changing any ConfigMap": {
            object: clusterRole([rule]),
            message: `rules[0] grants update on configmaps. ${ADVICE}`,
        },
        "changing the ConfigMap of the cluster's DNS": {
            object: role([{ ...rule, resourceNames: ["settings", "coredns"] }], "kube-system"),
            message: `rules[0] grants update on configmaps named coredns. ${ADVICE}`,
        },
    },
    allowed: {
        "changing one named ConfigMap": { object: role([{ ...rule, resourceNames: ["bundle"] }]) },
        "reading ConfigMaps": { object: role([{ ...rule, verbs: ["get", "list", "watch"] }]) },
    },
});
