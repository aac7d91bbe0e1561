import { flagControl, isFalse, isLoopback } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

export const proxyHardened = flagControl({
    name: "proxy-hardened",
    description: "kube-proxy serves its metrics to its own node only, and has profiling off.",
    why: "Its port asks nobody who calls, and tells every Service and address that the node knows.",
    severity: "medium",
    covers: [],
    frameworks: [...cis("4.3.1"), ...mitre("T1046"), ...nist("CM-7", "SC-7"), ...soc2("CC6.6"), ...checklist("ACC-1")],
    remediation: "Set metricsBindAddress to 127.0.0.1:10249, or leave it out, and enableProfiling to false.",
    profiles: ["cis"],
    components: ["kube-proxy"],
    rules: [
        {
            flag: "metrics-bind-address",
            field: "metricsBindAddress",
            // Empty is the default, which is the node's own.
            accepts: (value) => value === "" || isLoopback(value),
            wanted: "127.0.0.1:10249",
            cis: "4.3.1",
        },
        { flag: "profiling", field: "enableProfiling", accepts: isFalse, wanted: "false" },
    ],
});
