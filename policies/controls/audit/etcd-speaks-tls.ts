import { flagControl, isFalse, isSet, isTrue } from "../../flags";
import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../frameworks";

export const etcdSpeaksTls = flagControl({
    name: "etcd-speaks-tls",
    description: "etcd serves TLS only, to clients and peers that prove who they are.",
    why: "etcd has no other guard: whoever may connect reads and writes the whole cluster.",
    severity: "critical",
    covers: ["cp.etcd"],
    frameworks: [
        ...cis("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"),
        ...mitre("T1557", "T1552"),
        ...nist("SC-8", "IA-3"),
        ...soc2("CC6.1", "CC6.7"),
        ...gdpr("32"),
        ...checklist("SEC-5", "SEC-6"),
    ],
    remediation: "Set the flags in etcd's manifest as the message says.",
    profiles: ["cis", "nsa"],
    components: ["etcd"],
    rules: [
        { flag: "cert-file", accepts: isSet, wanted: "etcd's certificate", absent: "plain text", cis: "2.1" },
        { flag: "key-file", accepts: isSet, wanted: "its key", absent: "plain text", cis: "2.1" },
        { flag: "client-cert-auth", accepts: isTrue, wanted: "true", absent: "false", cis: "2.2" },
        { flag: "auto-tls", accepts: isFalse, wanted: "false", cis: "2.3" },
        { flag: "peer-cert-file", accepts: isSet, wanted: "a certificate for peers", absent: "plain text", cis: "2.4" },
        { flag: "peer-key-file", accepts: isSet, wanted: "its key", absent: "plain text", cis: "2.4" },
        { flag: "peer-client-cert-auth", accepts: isTrue, wanted: "true", absent: "false", cis: "2.5" },
        { flag: "peer-auto-tls", accepts: isFalse, wanted: "false", cis: "2.6" },
        {
            flag: "trusted-ca-file",
            accepts: isSet,
            wanted: "the authority of clients",
            absent: "that none is verified",
            cis: "2.7",
        },
        {
            flag: "peer-trusted-ca-file",
            accepts: isSet,
            wanted: "the authority of peers",
            absent: "that none is verified",
            cis: "2.7",
        },
    ],
});
