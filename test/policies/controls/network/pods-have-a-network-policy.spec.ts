import { podsHaveANetworkPolicy } from "../../../../policies/controls/network/pods-have-a-network-policy";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy, pod } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const message = (kind: string, labels: string): string =>
    `no NetworkPolicy of namespace "shop" selects the pods of ${kind} shop/web (${labels}). Add one whose podSelector matches them.`;
const other = (selector: unknown) => networkPolicy({ podSelector: selector });
const cilium = (kind: string, spec: unknown) => ({
    apiVersion: "cilium.io/v2",
    kind,
    metadata: { name: "rules", ...(kind === "CiliumNetworkPolicy" && { namespace: "shop" }) },
    spec,
});
const calico = (selector: string) => ({
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkPolicy",
    metadata: { name: "rules", namespace: "shop" },
    spec: { selector },
});

describeControl(podsHaveANetworkPolicy, {
    refused: {
        "a pod whose labels no policy selects": {
            stack: [pod(), other({ matchLabels: { app: "api" } })],
            message: message("Pod", "app=web"),
        },
        "a pod in a stack without policies": { object: pod({}), message: message("Pod", "no labels") },
        "the pods of a Deployment": { object: wrapPod(pod(), "Deployment"), message: message("Deployment", "app=web") },
        "a pod that a policy of another namespace would select": {
            stack: [pod(), networkPolicy({ podSelector: {} }, { namespace: "other" })],
            message: message("Pod", "app=web"),
        },
        "a pod that a policy leaves out": {
            stack: [pod(), other({ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] })],
            message: message("Pod", "app=web"),
        },
        "a pod that a policy of Cilium selects without any rule, which isolates nothing": {
            stack: [pod(), cilium("CiliumClusterwideNetworkPolicy", { endpointSelector: {} })],
            message: message("Pod", "app=web"),
        },
    },
    allowed: {
        "a pod that a policy selects by label": { stack: [pod(), other({ matchLabels: { app: "web" } })] },
        "a pod in a namespace whose policy selects all": { stack: [pod({}), other({})] },
        "a pod and a policy that name no namespace, and one that names the default": {
            stack: [
                pod({ app: "web" }, {}, { namespace: undefined }),
                networkPolicy({ podSelector: {} }, { namespace: "default" }),
            ],
        },
        "a pod that a Cilium policy selects": {
            stack: [
                pod(),
                cilium("CiliumNetworkPolicy", {
                    endpointSelector: { matchLabels: { "k8s:app": "web" } },
                    ingress: [{}],
                }),
            ],
        },
        "a pod that a cluster-wide Cilium policy selects": {
            stack: [pod(), cilium("CiliumClusterwideNetworkPolicy", { endpointSelector: {}, egress: [{}] })],
        },
        "a pod that a Calico policy selects": { stack: [pod(), calico("app == 'web' && has(app)")] },
        "a PodTemplate, which runs nothing": { object: wrapPod(pod(), "PodTemplate") },
    },
    unknown: { document: 1, path: "spec.podSelector" },
});
