import { API_SERVER_FLAGS, flagControl, lacks, lists } from "./flags";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const apiServerAdmits = flagControl({
    name: "api-server-admits",
    description: "The API server runs the admission plugins that keep nodes and namespaces in their place.",
    why: "Without NodeRestriction a stolen node rewrites the others; with AlwaysAdmit no rule is asked at all.",
    severity: "medium",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.10", "1.2.12", "1.2.13", "1.2.14"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1562.001"),
        ...nist("CM-7", "AC-3"),
        ...soc2("CC6.8"),
        ...checklist("ACC-5"),
    ],
    remediation:
        "List the plugins in --enable-admission-plugins, and take the built-in ones out of --disable-admission-plugins.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        {
            flag: "enable-admission-plugins",
            accepts: (value) => lacks("AlwaysAdmit")(value) && lists("NodeRestriction")(value),
            wanted: "a list with NodeRestriction and without AlwaysAdmit",
            absent: "a list without NodeRestriction",
            cis: "1.2.14",
        },
        {
            flag: "disable-admission-plugins",
            accepts: (value) =>
                ["ServiceAccount", "NamespaceLifecycle", "NodeRestriction", "PodSecurity"].every((name) =>
                    lacks(name)(value),
                ),
            wanted: "a list without ServiceAccount, NamespaceLifecycle, NodeRestriction and PodSecurity",
            cis: "1.2.12",
        },
    ],
});
