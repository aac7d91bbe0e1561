import { flagControl, isFalse, isSet, isTrue, KUBELET_FLAGS, leavesOn } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

/** Zero means without an end, however it is written. */
const isEndless = (value: string): boolean => /^[0.hms]*0[hms]*$/.test(value);

export const kubeletHardened = flagControl({
    name: "kubelet-hardened",
    description:
        "The kubelet ends idle streams, keeps the kernel's and the firewall's settings, and has certificates that are renewed.",
    why: "Each of these holds one door of the node shut; left open, an intruder stays unseen or starves the node.",
    severity: "medium",
    covers: ["cp.kubelet"],
    frameworks: [
        ...cis("4.2.5", "4.2.6", "4.2.7", "4.2.8", "4.2.9", "4.2.10", "4.2.11", "4.2.13", "4.2.14"),
        ...mitre("T1499", "T1562"),
        ...nist("CM-6", "SC-8", "SC-10"),
        ...soc2("CC6.8"),
        ...checklist("ACC-1", "CTR-7"),
    ],
    remediation: "Set the fields in the kubelet's configuration as the message says.",
    profiles: ["cis"],
    components: ["kubelet"],
    subject: KUBELET_FLAGS,
    rules: [
        {
            flag: "streaming-connection-idle-timeout",
            field: "streamingConnectionIdleTimeout",
            accepts: (value) => !isEndless(value),
            wanted: "a time above zero, e.g. 5m",
            cis: "4.2.5",
        },
        {
            flag: "protect-kernel-defaults",
            field: "protectKernelDefaults",
            accepts: isTrue,
            wanted: "true",
            absent: "false",
        },
        {
            flag: "make-iptables-util-chains",
            field: "makeIPTablesUtilChains",
            accepts: isTrue,
            wanted: "true",
            cis: "4.2.6",
        },
        { flag: "hostname-override", accepts: () => false, wanted: "nothing: remove it", cis: "4.2.7" },
        {
            flag: "event-qps",
            field: "eventRecordQPS",
            accepts: (value) => /^[0-5]$/.test(value),
            wanted: "0, or at most 5",
            cis: "4.2.8",
        },
        {
            flag: "tls-cert-file",
            field: "tlsCertFile",
            accepts: isSet,
            wanted: "the kubelet's certificate",
            cis: "4.2.9",
        },
        { flag: "tls-private-key-file", field: "tlsPrivateKeyFile", accepts: isSet, wanted: "its key", cis: "4.2.9" },
        {
            flag: "rotate-certificates",
            field: "rotateCertificates",
            accepts: isTrue,
            wanted: "true",
            cis: "4.2.10",
        },
        {
            flag: "feature-gates",
            accepts: leavesOn("RotateKubeletServerCertificate"),
            wanted: "RotateKubeletServerCertificate=true",
            cis: "4.2.11",
        },
        {
            flag: "rotate-server-certificates",
            field: "featureGates.RotateKubeletServerCertificate",
            accepts: isTrue,
            wanted: "true",
            cis: "4.2.11",
        },
        { flag: "allow-privileged", accepts: isFalse, wanted: "false" },
        { flag: "seccomp-default", field: "seccompDefault", accepts: isTrue, wanted: "true", cis: "4.2.14" },
        {
            flag: "pod-max-pids",
            field: "podPidsLimit",
            accepts: (value) => /^[1-9]\d*$/.test(value),
            wanted: "a number above zero",
            cis: "4.2.13",
        },
    ],
});
