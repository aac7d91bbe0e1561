import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { isObj, list, obj, str } from "../../kubernetes/kube";

export const noSecretsInEnv = podControl({
    name: "no-secrets-in-env",
    description: "No container gets a Secret through its environment.",
    why: "The environment is inherited by every child process, ends up in crash reports, and does not change when the Secret is rotated.",
    severity: "medium",
    covers: ["sec.secret-env"],
    frameworks: [
        ...cis("5.4.1"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1552.007"),
        ...nist("IA-5", "SC-28"),
        ...soc2("CC6.1"),
        ...checklist("SEC-2", "SEC-4"),
    ],
    remediation: "Mount the Secret as a volume and read the file.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(pod) {
        for (const { name: container, path, body } of pod.containers) {
            for (const [index, entry] of list(body["env"]).entries()) {
                const reference = obj(obj(entry)["valueFrom"])["secretKeyRef"];
                if (isObj(reference)) {
                    const at = `${path}.env[${index}].valueFrom.secretKeyRef`;
                    yield {
                        path: at,
                        container,
                        message: `${at} puts Secret "${str(reference["name"])}" into variable "${str(obj(entry)["name"])}". Mount it as a file.`,
                    };
                }
            }
            for (const [index, source] of list(body["envFrom"]).entries()) {
                const reference = obj(source)["secretRef"];
                if (isObj(reference)) {
                    const at = `${path}.envFrom[${index}].secretRef`;
                    yield {
                        path: at,
                        container,
                        message: `${at} puts all of Secret "${str(reference["name"])}" into the environment. Mount it as files.`,
                    };
                }
            }
        }
    },
    admission: {
        expression:
            "variables.containers.all(c, (!has(c.env) || !c.env.exists(e, has(e.valueFrom) && has(e.valueFrom.secretKeyRef))) && (!has(c.envFrom) || !c.envFrom.exists(f, has(f.secretRef))))",
    },
});
