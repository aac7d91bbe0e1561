import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noInteractiveTerminal = podControl({
    name: "no-interactive-terminal",
    description: "No container keeps a terminal or its standard input open.",
    why: "An open terminal is a door for kubectl attach: it lands in the program itself, past any exec rule.",
    severity: "low",
    enforcement: "advisory", // A terminal is of use only to who may already attach to the pod.
    covers: ["pod.no-tty"],
    frameworks: [...mitre("T1609"), ...nist("AC-17", "CM-7")],
    remediation: "Unset tty and stdin.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression: "variables.containers.all(c, c.?tty.orValue(false) == false && c.?stdin.orValue(false) == false)",
    },
    *check(pod) {
        for (const { name, path: at, body } of pod.containers) {
            for (const field of ["stdin", "tty"]) {
                if (body[field] === true) {
                    const path = `${at}.${field}`;
                    yield {
                        path,
                        container: name,
                        message: `${path} is true (container "${name}"). Remove it.`,
                        fix: removeField(path),
                    };
                }
            }
        }
    },
});
