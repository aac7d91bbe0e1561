import { flagControl, isFalse, isSet, KUBELET_FLAGS } from "./flags";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const kubeletAuthenticates = flagControl({
    name: "kubelet-authenticates",
    description: "The kubelet knows who calls it, asks the API server whether they may, and has no port for everybody.",
    why: "The kubelet runs commands in every container of its node.",
    severity: "critical",
    covers: ["cp.kubelet"],
    frameworks: [
        ...cis("4.2.1", "4.2.2", "4.2.3", "4.2.4"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1609", "T1133"),
        ...nist("AC-3", "IA-2"),
        ...soc2("CC6.1"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set the fields in the kubelet's configuration as the message says.",
    profiles: ["cis", "nsa"],
    components: ["kubelet"],
    subject: KUBELET_FLAGS,
    rules: [
        {
            flag: "anonymous-auth",
            field: "authentication.anonymous.enabled",
            accepts: isFalse,
            wanted: "false",
            absent: "true",
            cis: "4.2.1",
        },
        {
            flag: "authorization-mode",
            field: "authorization.mode",
            accepts: (value) => value !== "AlwaysAllow",
            wanted: "Webhook",
            absent: "AlwaysAllow",
            cis: "4.2.2",
        },
        {
            flag: "client-ca-file",
            field: "authentication.x509.clientCAFile",
            accepts: isSet,
            wanted: "the authority of the API server's client certificate",
            absent: "no client certificates",
            cis: "4.2.3",
        },
        {
            flag: "read-only-port",
            field: "readOnlyPort",
            accepts: (value) => value === "0",
            wanted: "0",
            absent: "10255",
            cis: "4.2.4",
        },
        { flag: "cadvisor-port", accepts: (value) => value === "0", wanted: "0" },
    ],
});
