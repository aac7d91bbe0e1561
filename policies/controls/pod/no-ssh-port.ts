import type { Fault } from "../../control";
import { objectControl } from "../../control";
import { mitre, nist } from "../../frameworks";
import type { Body, KubeObject } from "../../kube";
import { list, obj, strings } from "../../kube";
import { podOf } from "../../pods";
import { show } from "../../text";

/** The port of SSH, and the one that servers without root take in its place. */
const PORTS: readonly unknown[] = [22, 2222];

/** The server's program as a word of a command line; JavaScript and CEL (RE2) read the pattern alike. */
const SERVER = /(^|[\s;&|/])sshd(\s|$)/;

/** SSH runs over TCP, which is what a port without a protocol is. */
function isSsh(port: Body, field: string): boolean {
    return PORTS.includes(port[field]) && (port["protocol"] ?? "TCP") === "TCP";
}

function* podFaults(object: KubeObject): Iterable<Fault> {
    for (const { name, path, body } of podOf(object)?.containers ?? []) {
        for (const [index, port] of list(body["ports"]).entries()) {
            if (isSsh(obj(port), "containerPort")) {
                const field = `${path}.ports[${index}].containerPort`;
                const number = show(obj(port)["containerPort"]);
                yield {
                    path: field,
                    container: name,
                    message: `${field} is ${number}, a port of SSH (container "${name}"). Remove it.`,
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
}

function* serviceFaults(object: KubeObject): Iterable<Fault> {
    for (const [index, port] of list(obj(object.body["spec"])["ports"]).entries()) {
        for (const field of ["port", "targetPort"]) {
            if (isSsh(obj(port), field)) {
                const path = `${object.prefix}spec.ports[${index}].${field}`;
                yield {
                    path,
                    message: `${path} is ${show(obj(port)[field])}, a port of SSH. Remove it.`,
                };
            }
        }
    }
}

export const noSshPort = objectControl({
    name: "no-ssh-port",
    description: "No container or Service offers SSH.",
    why: "An SSH server in a container is a second way in, with accounts and keys that the cluster's access control does not see.",
    severity: "medium",
    covers: ["pod.ssh-port"],
    frameworks: [...mitre("T1133"), ...nist("AC-17", "CM-7")],
    remediation: "Remove the SSH server; use kubectl exec under RBAC where a shell is needed.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: [
        "/Service",
        "/Pod",
        "/PodTemplate",
        "/ReplicationController",
        "Deployment",
        "DaemonSet",
        "StatefulSet",
        "ReplicaSet",
        "batch/Job",
        "batch/CronJob",
    ],
    admission: {
        expression: [
            "(object.kind != 'Service' || object.spec.?ports.orValue([]).all(p, p.?protocol.orValue('TCP') != 'TCP' ||",
            "  !(p.port in [22, 2222] || p.?targetPort.orValue(0) in [22, 2222]))) &&",
            "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?protocol.orValue('TCP') != 'TCP' ||",
            "  !(p.?containerPort.orValue(0) in [22, 2222])) &&",
            ` (c.?command.orValue([]) + c.?args.orValue([])).all(w, !w.matches(r'${SERVER.source}')))`,
        ].join("\n"),
    },
    *check(object) {
        yield* object.group === "" && object.kind === "Service" ? serviceFaults(object) : podFaults(object);
    },
});
