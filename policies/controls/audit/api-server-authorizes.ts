import { API_SERVER_FLAGS, flagControl, lacks, lists } from "./flags";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const apiServerAuthorizes = flagControl({
    name: "api-server-authorizes",
    description: "The API server decides by RBAC, holds nodes to their own objects and never allows everything.",
    why: "With AlwaysAllow every authenticated caller is an administrator.",
    severity: "critical",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.6", "1.2.7", "1.2.8"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078"),
        ...nist("AC-3", "AC-6"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set --authorization-mode=Node,RBAC.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        {
            flag: "authorization-mode",
            accepts: (value) => lacks("AlwaysAllow")(value) && lists("RBAC")(value) && lists("Node")(value),
            wanted: "Node,RBAC",
            absent: "AlwaysAllow",
            instead: "authorization-config",
            cis: "1.2.6",
        },
    ],
});
