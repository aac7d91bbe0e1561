import { noExposedDashboards } from "../../../../policies/controls/network/no-exposed-dashboards";
import { describeControl } from "../../../support/control-suite";
import { ingress, pod, service } from "../../../support/objects";

const dashboard = service({ type: "LoadBalancer" }, { name: "kubernetes-dashboard" });
const message = (path: string, what: string, by: string): string =>
    `${path} publishes "${what}" through Service shop/${by}. Keep it inside the cluster, behind an authenticating proxy.`;

describeControl(noExposedDashboards, {
    refused: {
        "a dashboard behind a load balancer": {
            object: dashboard,
            message: message("spec.type", "kubernetes-dashboard", "kubernetes-dashboard"),
        },
        "a dashboard on a node port, under an innocent name": {
            stack: [service({ type: "NodePort" }), pod({ app: "web", "app.kubernetes.io/name": "my-jenkins" })],
            message: message("spec.type", "jenkins", "web"),
        },
        "a dashboard behind an Ingress": {
            stack: [service(), pod({ app: "web" }, {}, { name: "argo-server" }), ingress()],
            message: message("spec", "argo-server", "web"),
        },
        "a dashboard of another stack, by the name of its Service": {
            object: ingress({
                rules: [{ http: { paths: [{ backend: { service: { name: "argo-server" } } }] } }],
            }),
            message: message("spec", "argo-server", "argo-server"),
        },
        "an interface of one's own list": {
            object: service({ type: "LoadBalancer" }, { name: "till-admin" }),
            params: { names: ["till-admin"] },
            message: message("spec.type", "till-admin", "till-admin"),
        },
    },
    allowed: {
        "a dashboard inside the cluster": { object: service({}, { name: "kubernetes-dashboard" }) },
        "a published shop": { stack: [service({ type: "LoadBalancer" }), pod()] },
        "a name that only begins alike": { object: service({ type: "LoadBalancer" }, { name: "redistribution" }) },
    },
});
