import { pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";

/** What the controller manager called the Secrets it made for every account before Kubernetes 1.24. */
const GENERATED = /-token-[a-z0-9]{5}$/;

export const noLongLivedTokens = objectControl({
    name: "no-long-lived-tokens",
    description: "No Secret holds a service account token that never expires.",
    why: "Such a token is valid until its account is deleted, from anywhere, and nobody notices who else has it.",
    severity: "high",
    covers: ["sa.long-lived-token"],
    frameworks: [
        ...cis("5.1.6"),
        ...mitre("T1528", "T1552.007"),
        ...nist("IA-5", "AC-12"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3", "SEC-4"),
    ],
    remediation:
        "Delete the Secret and use tokens of the TokenRequest API: projected volumes, or kubectl create token.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["Secret", "ServiceAccount"],
    *check(object) {
        if (object.kind === "Secret") {
            const path = `${object.prefix}type`;
            if (object.body["type"] === "kubernetes.io/service-account-token") {
                yield {
                    path,
                    message: `${path} is "kubernetes.io/service-account-token", a token that never expires. Request a token with a lifetime instead.`,
                };
            }
            return;
        }
        for (const [index, secret] of list(object.body["secrets"]).entries()) {
            const name = str(obj(secret)["name"]);
            if (GENERATED.test(name)) {
                const path = `${object.prefix}secrets[${index}].name`;
                yield {
                    path,
                    message: `${path} is "${name}", a generated token that never expires. Remove it and delete the Secret.`,
                };
            }
        }
    },
    admission: {
        // The checker of expressions knows the fields of one kind only, so what differs by kind is read dynamically.
        expression: [
            "object.kind == 'Secret'",
            "? !has(dyn(object).type) || dyn(object).type != 'kubernetes.io/service-account-token'",
            `: !has(dyn(object).secrets) || !dyn(object).secrets.exists(s, has(s.name) && s.name.matches(${pattern(GENERATED)}))`,
        ].join(" "),
    },
});
