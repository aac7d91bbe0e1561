import { objectControl } from "../../engine/control";
import { checklist, gdpr, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";

const USER = /^(?:.*[._-])?(?:user[._-]?name|login|e?-?mail(?:[._-]?address)?)$/i;
const LINE = /^\s*["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*(\S.*)$/;

export const noPersonalDataInConfigmaps = objectControl({
    name: "no-personal-data-in-configmaps",
    description: "No ConfigMap holds user names or mail addresses.",
    why: "A name is half of a log-in and, of a person, data that the law wants kept where few can read it.",
    severity: "low",
    enforcement: "advisory", // Many user names are of machines; a person has to look.
    covers: ["sec.configmap"],
    frameworks: [...nist("IA-5", "SC-28"), ...soc2("CC6.1"), ...gdpr("5", "32"), ...checklist("SEC-1", "CMP-3")],
    remediation: "Move it to the Secret that holds the password.",
    profiles: [],
    kinds: ["ConfigMap"],
    *check(configMap) {
        for (const [key, value] of Object.entries(obj(configMap.body["data"]))) {
            const text = typeof value === "string" ? value : "";
            const named = USER.test(key) && text.trim() !== "";
            const line = named ? -1 : text.split("\n").findIndex((one) => USER.test(LINE.exec(one)?.[1] ?? ""));
            if (named || line >= 0) {
                const path = child(`${configMap.prefix}data`, key);
                yield {
                    path,
                    message: `${path} holds a user name or mail address${named ? "" : ` on line ${line + 1}`}. Move it to a Secret.`,
                };
            }
        }
    },
    admission: { none: "A user name is worth a look, not a refusal." },
});
