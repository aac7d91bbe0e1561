import { etcdSpeaksTls } from "../../../../policies/controls/audit/etcd-speaks-tls";
import { describeFlags } from "../../../support/control-plane";

describeFlags(etcdSpeaksTls, {
    component: "etcd",
    good: {
        "data-dir": "/var/lib/etcd",
        "cert-file": "/pki/s.crt",
        "key-file": "/pki/s.key",
        "client-cert-auth": "true",
        "trusted-ca-file": "/pki/ca.crt",
        "peer-cert-file": "/pki/p.crt",
        "peer-key-file": "/pki/p.key",
        "peer-client-cert-auth": "true",
        "peer-trusted-ca-file": "/pki/ca.crt",
    },
    refused: {
        "clients without a certificate": [
            { "client-cert-auth": "false" },
            '--client-cert-auth of etcd is "false". Set it to true (CIS 2.2).',
        ],
        "certificates it makes up": [
            { "auto-tls": "true", "peer-auto-tls": "true" },
            '--auto-tls of etcd is "true". Set it to false (CIS 2.3).',
            '--peer-auto-tls of etcd is "true". Set it to false (CIS 2.6).',
        ],
        "plain text": [
            { "cert-file": undefined, "key-file": undefined },
            "--cert-file of etcd is unset, which means plain text. Set it to etcd's certificate (CIS 2.1).",
            "--key-file of etcd is unset, which means plain text. Set it to its key (CIS 2.1).",
        ],
        "any peer": [
            { "peer-client-cert-auth": undefined, "peer-trusted-ca-file": undefined },
            "--peer-client-cert-auth of etcd is unset, which means false. Set it to true (CIS 2.5).",
            "--peer-trusted-ca-file of etcd is unset, which means that none is verified. Set it to the authority of peers (CIS 2.7).",
        ],
    },
    allowed: { "made-up certificates that are declined": { "auto-tls": "false" } },
});
