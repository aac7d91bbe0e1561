import { networkPolicyPeersExist } from "../../../../policies/controls/network/network-policy-peers-exist";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy, pod } from "../../../support/objects";

const from = (...peers: unknown[]) => networkPolicy({ podSelector: {}, ingress: [{ from: peers }] });
const api = { podSelector: { matchLabels: { app: "api" } } };

/** Its operator makes pods whose labels stand in no manifest. */
const DATABASE = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "db", namespace: "shop" },
    spec: { instances: 3 },
};

describeControl(networkPolicyPeersExist, {
    refused: {
        "a peer that is not there": {
            stack: [from({ podSelector: {} }, api), pod()],
            message: `spec.ingress[0].from[1].podSelector selects no pod of namespace "shop" in this stack. Correct it or remove the rule.`,
        },
        "a peer of egress that is not there": {
            object: networkPolicy({ podSelector: {}, egress: [{ to: [api] }] }),
            message: `spec.egress[0].to[0].podSelector selects no pod of namespace "shop" in this stack. Correct it or remove the rule.`,
        },
    },
    allowed: {
        "pods that an operator may make": { stack: [from(api), DATABASE] },
        "a peer that is there": { stack: [from(api), pod({ app: "api" })] },
        "a peer of another namespace": { object: from({ ...api, namespaceSelector: {} }) },
        "an address range": { object: from({ ipBlock: { cidr: "10.0.0.0/8" } }) },
        "a policy without rules": { object: networkPolicy({ podSelector: {} }) },
    },
});
