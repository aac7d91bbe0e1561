import { networkPoliciesSelectPods } from "../../../../policies/controls/network/network-policies-select-pods";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy, pod } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const web = networkPolicy({ podSelector: { matchLabels: { app: "web" } } });
const message = `spec.podSelector selects no pod of namespace "shop" in this stack. Correct it or remove the policy.`;

/** Its operator makes pods whose labels stand in no manifest. */
const DATABASE = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "db", namespace: "shop" },
    spec: { instances: 3 },
};

describeControl(networkPoliciesSelectPods, {
    refused: {
        "a policy for pods that are not there": { object: web, message },
        "a policy for other labels": { stack: [web, pod({ app: "wbe" })], message },
        "a policy for pods of another namespace": {
            stack: [web, pod({ app: "web" }, {}, { namespace: "other" })],
            message,
        },
        "a policy whose expression no pod meets": {
            stack: [
                networkPolicy({ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["api"] }] } }),
                pod(),
            ],
            message,
        },
    },
    allowed: {
        "pods that an operator may make": { stack: [web, DATABASE] },
        "a policy for a pod": { stack: [web, pod()] },
        "a policy for the pods of a CronJob": { stack: [web, wrapPod(pod(), "CronJob")] },
        "a policy for all pods, of which there are none yet": { object: networkPolicy({ podSelector: {} }) },
    },
});
