import { literal } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { mitre, nist, nsa } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

/** An image without tag and digest, or of the tag latest, for which the API server fills in Always where nothing is said. */
const LATEST = "(^|/)[^/:@]+(:latest(@.*)?)?$";
const IS_LATEST = new RegExp(LATEST);

export const imagePullPolicyAlways = podControl({
    name: "image-pull-policy-always",
    description: "Every container asks the registry for its image each time it starts.",
    why: "Otherwise a pod runs whatever its node has cached, and with it images its own credentials could not pull.",
    severity: "low",
    // With digests pinned, what is cached is what was asked for; the registry is still asked for the right to it.
    enforcement: "advisory",
    covers: ["img.pull-always"],
    frameworks: [...nsa("Kubernetes Pod security"), ...mitre("T1525"), ...nist("AC-3", "CM-2")],
    remediation: "Set imagePullPolicy to Always.",
    profiles: [],
    admission: {
        expression: [
            "variables.containers.all(c, c.?imagePullPolicy.orValue('') == 'Always' ||",
            ` (c.?imagePullPolicy.orValue('') == '' && c.?image.orValue('').matches(${literal(LATEST)})))`,
        ].join("\n"),
    },
    *check(pod) {
        for (const { name, path: at, body } of pod.containers) {
            const policy = str(body["imagePullPolicy"]);
            if (policy !== "Always" && !(policy === "" && IS_LATEST.test(str(body["image"])))) {
                const path = `${at}.imagePullPolicy`;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${policy === "" ? "not set" : `"${policy}"`} (container "${name}"). Set it to Always.`,
                    absent: policy === "",
                    // Not safe: a node that can't reach the registry could no longer start the pod.
                    fix: setField(pod.object, path, "Always"),
                };
            }
        }
    },
});
