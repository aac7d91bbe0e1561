import { apiServerWritesAuditLog } from "../../../../policies/controls/audit/api-server-writes-audit-log";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerWritesAuditLog, {
    component: "kube-apiserver",
    good: {
        "etcd-servers": "https://127.0.0.1:2379",
        "audit-log-path": "/var/log/audit.log",
        "audit-log-maxage": "30",
        "audit-log-maxbackup": "10",
        "audit-log-maxsize": "100",
    },
    refused: {
        "a week of log": [
            { "audit-log-maxage": "7" },
            '--audit-log-maxage of kube-apiserver is "7". Set it to 30 or more (CIS 1.2.17).',
        ],
        "no log": [
            { "audit-log-path": undefined },
            "--audit-log-path of kube-apiserver is unset, which means no audit log. Set it to a file, or - for standard output (CIS 1.2.16).",
        ],
        "few files": [
            { "audit-log-maxbackup": "2" },
            '--audit-log-maxbackup of kube-apiserver is "2". Set it to 10 or more (CIS 1.2.18).',
        ],
        "small files": [
            { "audit-log-maxsize": "10" },
            '--audit-log-maxsize of kube-apiserver is "10". Set it to 100 or more (CIS 1.2.19).',
        ],
    },
    allowed: { "a year of log on standard output": { "audit-log-path": "-", "audit-log-maxage": "365" } },
});
