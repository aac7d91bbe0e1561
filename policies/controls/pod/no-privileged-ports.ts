import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";

export const noPrivilegedPorts = podControl({
    name: "no-privileged-ports",
    description: "No container listens on a port below 1024.",
    why: "A low port needs root or NET_BIND_SERVICE to bind, and either outlives the moment of binding.",
    severity: "low",
    enforcement: "advisory", // The port alone gives nothing; the capability to bind it is judged by itself.
    covers: ["pod.privileged-port"],
    frameworks: [...mitre("T1068"), ...nist("AC-6", "CM-7")],
    remediation: "Listen on a port from 1024 up and map it in the Service.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression:
            "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?containerPort.orValue(0) == 0 || p.containerPort >= 1024))",
    },
    *check(pod) {
        for (const { name, path, body } of pod.containers) {
            for (const [index, port] of list(body["ports"]).entries()) {
                const number = obj(port)["containerPort"];
                if (typeof number === "number" && number > 0 && number < 1024) {
                    const field = `${path}.ports[${index}].containerPort`;
                    yield {
                        path: field,
                        container: name,
                        message: `${field} is ${number} (container "${name}"). Use a port from 1024 up.`,
                    };
                }
            }
        }
    },
});
