import { noNetworkWrites } from "../../../../policies/controls/rbac/no-network-writes";
import { describeControl } from "../../../support/control-suite";
import { clusterRole, role } from "../../../support/rbac";

const policies = { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["get", "delete"] };
const ADVICE = "Leave networking objects to the pipeline identity.";
const BOOTSTRAP = { "kubernetes.io/bootstrapping": "rbac-defaults" };

describeControl(noNetworkWrites, {
    refused: {
        "deleting network policies": {
            object: clusterRole([policies]),
            message: `rules[0] grants delete on networkpolicies. ${ADVICE}`,
        },
        "changing Services in a namespace": {
            object: role([{ apiGroups: [""], resources: ["services", "pods"], verbs: ["update"] }]),
            message: `rules[0] grants update on services. ${ADVICE}`,
        },
        "a role that only calls itself a system role": {
            object: clusterRole([policies], { metadata: { name: "system:aggregate-to-edit" } }),
            message: `rules[0] grants delete on networkpolicies. ${ADVICE}`,
        },
        "a cluster role that only has a system role's label": {
            object: clusterRole([policies], { metadata: { name: "team", labels: BOOTSTRAP } }),
            message: `rules[0] grants delete on networkpolicies. ${ADVICE}`,
        },
        "a role of a namespace that has a system role's name and label": {
            object: clusterRole([policies], {
                kind: "Role",
                metadata: { name: "edit", namespace: "shop", labels: BOOTSTRAP },
            }),
            message: `rules[0] grants delete on networkpolicies. ${ADVICE}`,
        },
    },
    allowed: {
        "reading them": { object: clusterRole([{ ...policies, verbs: ["get", "list", "watch"] }]) },
        "one of them by name": { object: role([{ ...policies, resourceNames: ["api"] }]) },
        "the roles that the API server itself writes back": {
            object: clusterRole([policies], {
                metadata: { name: "system:aggregate-to-edit", labels: BOOTSTRAP },
            }),
        },
    },
});
