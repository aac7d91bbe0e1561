import { apiServerHasAuditPolicy } from "../../../../policies/controls/audit/api-server-has-audit-policy";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerHasAuditPolicy, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "audit-policy-file": "/etc/audit.yaml" },
    refused: {
        "an empty name": [
            { "audit-policy-file": "" },
            '--audit-policy-file of kube-apiserver is "". Set it to the audit policy (CIS 3.2.1).',
        ],
        "no policy": [
            { "audit-policy-file": undefined },
            "--audit-policy-file of kube-apiserver is unset, which means that nothing is audited. Set it to the audit policy (CIS 3.2.1).",
        ],
    },
    allowed: {},
});
