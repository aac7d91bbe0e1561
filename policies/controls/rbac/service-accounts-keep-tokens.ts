import { objectControl } from "../../control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../frameworks";
import { setField } from "../../path";

export const serviceAccountsKeepTokens = objectControl({
    name: "service-accounts-keep-tokens",
    description: "No service account hands its token to every pod that names it.",
    why: "A pod that forgets to decline gets the token, and with it whatever the account is bound to now or later.",
    severity: "medium",
    covers: ["sa.automount"],
    frameworks: [
        ...cis("5.1.5", "5.1.6"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1528"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Set automountServiceAccountToken to false; pods that need the API server ask for a token themselves.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["ServiceAccount"],
    *check(account) {
        const value = account.body["automountServiceAccountToken"];
        const path = `${account.prefix}automountServiceAccountToken`;
        if (value !== false) {
            yield {
                path,
                message: `${path} is ${value === true ? "true" : "unset, which means true"}. Set it to false.`,
                absent: value !== true,
                fix: setField(account, path, false),
            };
        }
    },
    admission: {
        expression: "has(object.automountServiceAccountToken) && object.automountServiceAccountToken == false",
    },
});
