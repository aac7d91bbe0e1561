import { servicesResolve } from "../../../../policies/controls/resources/services-resolve";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

function service(spec: Manifest): Manifest {
    return { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec };
}

const pods = workload(
    "Deployment",
    {},
    { containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }] },
);

describeControl(servicesResolve, {
    refused: {
        "a Service that picks no pod": {
            stack: [service({ selector: { app: "wbe" }, ports: [{ port: 80 }] }), pods],
            message: "spec.selector picks no pod of the stack. Use labels that a pod has.",
        },
        "a port that no container has": {
            stack: [service({ selector: { app: "web" }, ports: [{ port: 80, targetPort: "web" }] }), pods],
            message:
                'spec.ports[0].targetPort is "web", and no container that the Service picks has a port of this name. Name one that exists.',
        },
        "a target that is no port": {
            object: service({
                ports: [
                    { port: 80, targetPort: 70000 },
                    { port: 81, targetPort: "not_a_port" },
                ],
            }),
            message: [
                "spec.ports[0].targetPort is 70000, which is no port. Use 1 to 65535 or a port's name.",
                'spec.ports[1].targetPort is "not_a_port", which is no port. Use 1 to 65535 or a port\'s name.',
            ],
        },
        "a container's port with a name that is none": {
            container: { ports: [{ name: "a-name-that-is-too-long", containerPort: 80 }] },
            message:
                'spec.containers[0].ports[0].name is "a-name-that-is-too-long", which is no port name (container "web"). Use at most 15 of a-z, 0-9 and hyphens.',
        },
    },
    allowed: {
        "a Service that leads to a port of a pod": {
            stack: [service({ selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] }), pods],
        },
        "a Service beside a custom resource of which an operator makes pods": {
            stack: [
                service({ selector: { prometheus: "self" }, ports: [{ port: 80 }] }),
                pods,
                {
                    apiVersion: "monitoring.coreos.com/v1",
                    kind: "Prometheus",
                    metadata: { name: "self", namespace: "shop" },
                },
            ],
        },
        "a Service whose pods are elsewhere": {
            object: service({ selector: { app: "wbe" }, ports: [{ port: 80, targetPort: "http" }] }),
        },
        "a Service without a selector, and an external name": {
            stack: [
                service({ ports: [{ port: 80 }] }),
                service({ type: "ExternalName", selector: { app: "x" } }),
                pods,
            ],
        },
    },
});
