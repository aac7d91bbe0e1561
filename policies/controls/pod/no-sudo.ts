import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { obj, strings } from "../../kubernetes/kube";

/** `sudo` as a word of a command line, with or without its directory. */
const SUDO = /(?:^|[\s;&|(`"'/])sudo(?:\s|$)/;

/** The fields of a container that hold a command line; those of probes are no-dangerous-exec-probes' to judge. */
const COMMANDS: readonly string[] = [
    "command",
    "args",
    "lifecycle.postStart.exec.command",
    "lifecycle.preStop.exec.command",
];

export const noSudo = podControl({
    name: "no-sudo",
    description: "No container, nor a hook of its life, is started through sudo.",
    why: "A program that needs sudo runs as root in the end, and its image brings a set-user-ID program to become root with.",
    severity: "medium",
    enforcement: "advisory", // It works only where privilege escalation is allowed, which is judged by itself.
    covers: ["pod.no-sudo"],
    frameworks: [...mitre("T1068"), ...nist("AC-6")],
    remediation: "Start the program directly, as the user that it is meant to run as.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: {
        expression:
            "variables.containers.all(c, (c.?command.orValue([]) + c.?args.orValue([]) + c.?lifecycle.?postStart.?exec.?command.orValue([]) + c.?lifecycle.?preStop.?exec.?command.orValue([])).all(w, !w.matches('(^|[^A-Za-z0-9_.-])sudo($|[^A-Za-z0-9_.-])')))",
    },
    *check(pod) {
        for (const { name, path, body } of pod.containers) {
            for (const field of COMMANDS) {
                const words = field.split(".").reduce<unknown>((holder, step) => obj(holder)[step], body);
                for (const [index, word] of strings(words).entries()) {
                    if (SUDO.test(word)) {
                        const where = `${path}.${field}[${index}]`;
                        yield {
                            path: where,
                            container: name,
                            message: `${where} calls sudo (container "${name}"). Start the program directly.`,
                        };
                    }
                }
            }
        }
    },
});
