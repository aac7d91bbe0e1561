import { flagControl, isFalse, isLoopback } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

export const schedulerHardened = flagControl({
    name: "scheduler-hardened",
    description: "The scheduler listens locally and has profiling off.",
    why: "Its port answers without asking who calls, and a profile shows what it holds in memory.",
    severity: "medium",
    covers: ["cp.scheduler"],
    frameworks: [
        ...cis("1.4.1", "1.4.2"),
        ...mitre("T1133"),
        ...nist("CM-7", "SC-7"),
        ...soc2("CC6.6"),
        ...checklist("ACC-1"),
    ],
    remediation:
        "Set --profiling=false, or enableProfiling: false in its configuration file, and --bind-address=127.0.0.1.",
    profiles: ["cis"],
    components: ["kube-scheduler"],
    rules: [
        {
            flag: "profiling",
            field: "enableProfiling",
            accepts: isFalse,
            wanted: "false",
            absent: "true",
            fieldAbsent: "true",
            cis: "1.4.1",
        },
        {
            flag: "bind-address",
            accepts: isLoopback,
            wanted: "127.0.0.1",
            absent: "0.0.0.0",
            cis: "1.4.2",
        },
        { flag: "address", accepts: isLoopback, wanted: "127.0.0.1" },
    ],
});
