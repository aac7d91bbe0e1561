import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noHostPorts = podControl({
    name: "no-host-ports",
    description: "No container binds a port of its node.",
    why: "A host port is reachable on the node's own address, past the Service and most network policies, and ties the pod to the node.",
    severity: "medium",
    covers: ["pod.host-port"],
    frameworks: [
        ...pss("baseline/hostPorts"),
        ...cis("5.2.12"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1133"),
        ...nist("SC-7", "CM-7"),
        ...checklist("CTR-7", "NET-3"),
    ],
    remediation: "Remove hostPort and publish the port through a Service.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: {
        expression: "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0))",
    },
    *check(pod) {
        for (const { name, path, body } of pod.containers) {
            for (const [index, port] of list(body["ports"]).entries()) {
                const hostPort = obj(port)["hostPort"];
                // 0 is how the API writes "unset".
                if (typeof hostPort === "number" && hostPort !== 0) {
                    const field = `${path}.ports[${index}].hostPort`;
                    yield {
                        path: field,
                        container: name,
                        message: `${field} is ${hostPort} (container "${name}"). Remove it and use a Service.`,
                        fix: removeField(field),
                    };
                }
            }
        }
    },
});
