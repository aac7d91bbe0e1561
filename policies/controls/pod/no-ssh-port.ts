import { pattern } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { show } from "../../text";

/** The port of SSH, and the one that servers without root take in its place. */
const PORTS: readonly unknown[] = [22, 2222];

/** What the API server takes for TCP. */
const TCP: readonly unknown[] = [undefined, null, "", "TCP"];

/** Says whether a port of a container or Service is one of SSH, which runs over TCP. */
export function isSshPort(port: Body, field: string): boolean {
    return PORTS.includes(port[field]) && TCP.includes(port["protocol"]);
}

/** The server's program as a word of a command line; JavaScript and CEL (RE2) read the pattern alike. */
const SERVER = /(^|[\s;&|/])sshd(\s|$)/;

export const noSshPort = podControl({
    name: "no-ssh-port",
    description: "No container offers SSH.",
    why: "An SSH server in a container is a second way in, with accounts and keys that the cluster's access control does not see.",
    severity: "medium",
    enforcement: "advisory", // The port alone shows no server behind it.
    covers: ["pod.ssh-port"],
    frameworks: [...mitre("T1133"), ...nist("AC-17", "CM-7")],
    remediation: "Remove the SSH server; use kubectl exec under RBAC where a shell is needed.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: {
        expression: [
            "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?protocol.orValue('TCP') != 'TCP' ||",
            "  !(p.?containerPort.orValue(0) in [22, 2222])) &&",
            ` (c.?command.orValue([]) + c.?args.orValue([])).all(w, !w.matches(${pattern(SERVER)})))`,
        ].join("\n"),
    },
    *check(pod) {
        for (const { name, path, body } of pod.containers) {
            for (const [index, port] of list(body["ports"]).entries()) {
                if (isSshPort(obj(port), "containerPort")) {
                    const field = `${path}.ports[${index}].containerPort`;
                    yield {
                        path: field,
                        container: name,
                        message: `${field} is ${show(obj(port)["containerPort"])}, a port of SSH (container "${name}"). Remove it.`,
                    };
                }
            }
            for (const field of ["command", "args"]) {
                const at = strings(body[field]).findIndex((word) => SERVER.test(word));
                if (at >= 0) {
                    const where = `${path}.${field}[${at}]`;
                    yield {
                        path: where,
                        container: name,
                        message: `${where} starts an SSH server (container "${name}"). Remove it.`,
                    };
                }
            }
        }
    },
});
