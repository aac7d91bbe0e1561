import { noKubernetesDashboard } from "../../../../policies/controls/audit/no-kubernetes-dashboard";
import { describeControl } from "../../../support/control-suite";
import { clusterRoleBinding } from "../../../support/rbac";

const NAME = "kubernetes-dashboard";
const image = (name: string) => ({ container: { image: name } });
const bound = (name: string) => clusterRoleBinding([{ kind: "ServiceAccount", name, namespace: "shop" }], NAME);

describeControl(noKubernetesDashboard, {
    refused: {
        "its image": {
            ...image("kubernetesui/dashboard:v2.7.0"),
            message: `spec.containers[0].image is "kubernetesui/dashboard:v2.7.0". Remove it.`,
        },
        "its image of old": {
            ...image("k8s.gcr.io/kubernetes-dashboard-amd64:v1.10.1"),
            message: `spec.containers[0].image is "k8s.gcr.io/kubernetes-dashboard-amd64:v1.10.1". Remove it.`,
        },
        "its labels": {
            metadata: { name: "web", namespace: "shop", labels: { "k8s-app": NAME } },
            message: "metadata.labels are those of kubernetes-dashboard (k8s-app). Remove it.",
        },
        "a pod with its rights": {
            pod: { serviceAccountName: NAME },
            message: `spec.serviceAccountName is "${NAME}", whose rights are the dashboard's. Use an account of its own.`,
        },
        "another subject with its rights": {
            object: bound("web"),
            message: `subjects[0] gives ServiceAccount "web" the rights of ${NAME}. Remove it.`,
        },
    },
    allowed: {
        "another dashboard": image("grafana/grafana:12.0.0"),
        "its own binding": { object: bound(NAME) },
        "another binding": { object: clusterRoleBinding([{ kind: "User", name: "jane" }], "view") },
    },
});
