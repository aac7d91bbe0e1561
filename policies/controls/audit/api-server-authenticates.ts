import { API_SERVER_FLAGS, flagControl, isFalse, isSet, isTrue, never } from "./flags";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const apiServerAuthenticates = flagControl({
    name: "api-server-authenticates",
    description: "The API server knows who calls it, and takes no passwords or tokens from files.",
    why: "A caller without a name passes wherever a role is bound to everybody; a token in a file can not be revoked without a restart.",
    severity: "high",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.1", "1.2.2", "1.2.21", "1.2.22", "1.2.25", "1.2.30"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1190"),
        ...nist("IA-2", "AC-14"),
        ...soc2("CC6.1"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set the flags in the API server's manifest as the message says.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        {
            flag: "anonymous-auth",
            accepts: isFalse,
            wanted: "false",
            absent: "true",
            instead: "authentication-config",
            cis: "1.2.1",
        },
        { flag: "token-auth-file", accepts: never, wanted: "nothing: remove it", cis: "1.2.2" },
        { flag: "basic-auth-file", accepts: never, wanted: "nothing: remove it" },
        {
            flag: "client-ca-file",
            accepts: isSet,
            wanted: "the authority of client certificates",
            absent: "no client certificates",
            cis: "1.2.25",
        },
        { flag: "service-account-lookup", accepts: isTrue, wanted: "true", cis: "1.2.21" },
        {
            flag: "service-account-key-file",
            accepts: isSet,
            wanted: "the public key of service account tokens",
            absent: "the key of the TLS certificate",
            cis: "1.2.22",
        },
        {
            flag: "service-account-extend-token-expiration",
            accepts: isFalse,
            wanted: "false",
            absent: "true",
            cis: "1.2.30",
        },
    ],
});
