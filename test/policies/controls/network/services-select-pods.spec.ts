import { servicesSelectPods } from "../../../../policies/controls/network/services-select-pods";
import { describeControl } from "../../../support/control-suite";
import { pod, service } from "../../../support/objects";

const without = service({ selector: undefined });
const metadata = { name: "web", namespace: "shop" };

/** Its operator makes pods whose labels stand in no manifest. */
const DATABASE = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "db", namespace: "shop" },
    spec: { instances: 3 },
};

describeControl(servicesSelectPods, {
    refused: {
        "a selector that no pod meets": {
            stack: [service({ selector: { app: "wbe" } }), pod()],
            message: `spec.selector selects no pod of namespace "shop" in this stack. Correct it.`,
        },
        "a selector that only a pod of another namespace meets": {
            stack: [service(), pod({}, {}, { namespace: "till" })],
            message: `spec.selector selects no pod of namespace "shop" in this stack. Correct it.`,
        },
        "no selector": {
            object: without,
            message: "spec.selector is unset, and the stack has no endpoints for the Service. Select its pods.",
        },
    },
    allowed: {
        "pods that an operator may make": { stack: [service(), pod({ app: "other" }), DATABASE] },
        "a selector that a pod meets": { stack: [service(), pod()] },
        "a Service whose pods are in another stack": { object: service() },
        "a name of a host outside": { object: service({ type: "ExternalName", selector: undefined }) },
        "a Service with Endpoints": { stack: [without, { apiVersion: "v1", kind: "Endpoints", metadata }] },
        "a Service with a slice of endpoints": {
            stack: [
                without,
                {
                    apiVersion: "discovery.k8s.io/v1",
                    kind: "EndpointSlice",
                    metadata: { name: "web-1", namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
                },
            ],
        },
    },
});
