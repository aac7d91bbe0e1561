import { atLeast, flagControl, isFalse, isLoopback, isSet, isTrue, leavesOn } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

export const controllerManagerHardened = flagControl({
    name: "controller-manager-hardened",
    description:
        "The controller manager listens locally, runs each controller as an account of its own and verifies the API server.",
    why: "It signs tokens and certificates: whoever steers it makes their own administrator.",
    severity: "high",
    covers: ["cp.controller-manager"],
    frameworks: [
        ...cis("1.3.1", "1.3.2", "1.3.3", "1.3.4", "1.3.5", "1.3.6", "1.3.7"),
        ...mitre("T1078", "T1133"),
        ...nist("AC-6", "CM-7", "SC-8"),
        ...soc2("CC6.1"),
        ...checklist("ACC-1"),
    ],
    remediation: "Set the flags in the controller manager's manifest as the message says.",
    profiles: ["cis"],
    components: ["kube-controller-manager"],
    rules: [
        {
            flag: "terminated-pod-gc-threshold",
            accepts: atLeast(1),
            wanted: "a number above zero, e.g. 10",
            cis: "1.3.1",
        },
        { flag: "profiling", accepts: isFalse, wanted: "false", absent: "true", cis: "1.3.2" },
        { flag: "use-service-account-credentials", accepts: isTrue, wanted: "true", absent: "false", cis: "1.3.3" },
        {
            flag: "service-account-private-key-file",
            accepts: isSet,
            wanted: "the key that signs tokens",
            absent: "that it can't sign",
            cis: "1.3.4",
        },
        {
            flag: "root-ca-file",
            accepts: isSet,
            wanted: "the API server's authority",
            absent: "that pods can't verify the API server",
            cis: "1.3.5",
        },
        {
            flag: "feature-gates",
            accepts: leavesOn("RotateKubeletServerCertificate"),
            wanted: "RotateKubeletServerCertificate=true",
            cis: "1.3.6",
        },
        {
            flag: "bind-address",
            accepts: isLoopback,
            wanted: "127.0.0.1",
            absent: "0.0.0.0",
            cis: "1.3.7",
        },
        { flag: "address", accepts: isLoopback, wanted: "127.0.0.1" },
    ],
});
