import { objectControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { isSshPort } from "./no-ssh-port";
import { show } from "../../text";

export const noSshService = objectControl({
    name: "no-ssh-service",
    description: "No Service leads to SSH.",
    why: "A Service makes the SSH server of a container known and reachable, past the cluster's access control.",
    severity: "medium",
    enforcement: "advisory", // The port alone shows no server behind it.
    covers: ["pod.ssh-port"],
    frameworks: [...mitre("T1133"), ...nist("AC-17", "CM-7")],
    remediation: "Remove the port; use kubectl exec under RBAC where a shell is needed.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    admission: {
        expression: [
            "object.spec.?ports.orValue([]).all(p, p.?protocol.orValue('TCP') != 'TCP' ||",
            " !(p.port in [22, 2222] || p.?targetPort.orValue(0) in [22, 2222]))",
        ].join("\n"),
    },
    *check(object) {
        for (const [index, port] of list(obj(object.body["spec"])["ports"]).entries()) {
            for (const field of ["port", "targetPort"]) {
                if (isSshPort(obj(port), field)) {
                    const path = `${object.prefix}spec.ports[${index}].${field}`;
                    yield { path, message: `${path} is ${show(obj(port)[field])}, a port of SSH. Remove it.` };
                }
            }
        }
    },
});
