import { podsIsolatedBothWays } from "../../../../policies/controls/network/pods-isolated-both-ways";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy } from "../../../support/objects";

const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: { containers: [{ name: "app", image: "app" }] },
};
const podSelector = { matchLabels: { app: "web" } };
const left = (direction: string) =>
    `the network policies of namespace "shop" that select the pods of Pod shop/web leave ${direction} open. Add ${direction} to policyTypes.`;
const calico = (spec: object) => ({
    apiVersion: "projectcalico.org/v3",
    kind: "GlobalNetworkPolicy",
    metadata: { name: "all" },
    spec,
});
const cilium = (spec: object) => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "web", namespace: "shop" },
    spec: { endpointSelector: podSelector, ...spec },
});

describeControl(podsIsolatedBothWays, {
    refused: {
        "a policy for what comes in only": {
            stack: [pod, networkPolicy({ podSelector, policyTypes: ["Ingress"] })],
            message: left("Egress"),
        },
        "a policy for what goes out only": {
            stack: [pod, networkPolicy({ podSelector, policyTypes: ["Egress"] })],
            message: left("Ingress"),
        },
        "a policy of Cilium with one direction": {
            stack: [pod, cilium({ ingress: [{}] })],
            message: left("Egress"),
        },
        "a policy of Calico without types or rules": {
            stack: [pod, calico({ selector: "all()" })],
            message: left("Egress"),
        },
    },
    allowed: {
        "one policy for both": { stack: [pod, networkPolicy({ podSelector, policyTypes: ["Ingress", "Egress"] })] },
        "two policies, one each": {
            stack: [
                pod,
                networkPolicy({ podSelector, policyTypes: ["Ingress"] }),
                cilium({ egress: [{ toEntities: ["cluster"] }] }),
            ],
        },
        "a pod that no policy selects, which another control refuses": { stack: [pod] },
        "a PodTemplate, which runs nothing": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "PodTemplate",
                    metadata: { name: "web", namespace: "shop" },
                    template: { metadata: { labels: { app: "web" } }, spec: pod.spec },
                },
                networkPolicy({ podSelector, policyTypes: ["Ingress"] }),
            ],
        },
    },
    unknown: { document: 1, path: "spec.podSelector.matchLabels.app" },
    kinds: [],
});
