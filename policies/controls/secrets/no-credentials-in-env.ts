import { podControl } from "../../engine/control";
import { looksLikeCredential, passwordFlagFault, statementFault } from "./credential-formats";
import { isCredential, isKeyMaterial } from "./credential-names";
import { credentialWithin } from "./credentials";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { show } from "../../text";

export const noCredentialsInEnv = podControl({
    name: "no-credentials-in-env",
    description: "No environment variable holds a literal credential.",
    why: "A literal lies in the manifest, its history, the object's last-applied annotation and every read of the pod.",
    severity: "high",
    covers: ["sec.hardcoded-env"],
    frameworks: [
        ...cis("5.4.1", "5.4.2"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1552.001"),
        ...nist("IA-5(7)", "SC-28"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-1", "PRE-3"),
    ],
    remediation: "Mount the credential from a Secret that an external store supplies, and rotate it: it is known now.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(pod) {
        for (const { name: container, path, body } of pod.containers) {
            for (const [index, entry] of list(body["env"]).entries()) {
                const name = str(obj(entry)["name"]);
                const value = obj(entry)["value"];
                const text = typeof value === "string" || typeof value === "number" ? show(value) : "";
                const shape = looksLikeCredential(text);
                const at = `${path}.env[${index}].value`;
                if (shape !== undefined) {
                    yield {
                        path: at,
                        container,
                        message: `${at} (variable "${name}") holds ${shape}. Mount it from a Secret and rotate it.`,
                    };
                } else if (isCredential(name, text) || isKeyMaterial(name, text)) {
                    yield {
                        path: at,
                        container,
                        message: `${at} is a literal for "${name}", the name of a credential. Mount it from a Secret and rotate it.`,
                    };
                } else {
                    const within = credentialWithin(text);
                    const found =
                        within !== undefined
                            ? `sets "${within}", the name of a credential, to a literal`
                            : (passwordFlagFault(text) ?? statementFault(text));
                    if (found !== undefined) {
                        yield {
                            path: at,
                            container,
                            message: `${at} (variable "${name}") ${found}. Mount it from a Secret and rotate it.`,
                        };
                    }
                }
            }
        }
    },
    admission: {
        none: "The same names and formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});
