import { apiServerAuthorizes } from "../../../../policies/controls/audit/api-server-authorizes";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerAuthorizes, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "authorization-mode": "Node,RBAC" },
    refused: {
        everybody: [
            { "authorization-mode": "Node,AlwaysAllow" },
            '--authorization-mode of kube-apiserver is "Node,AlwaysAllow". Set it to Node,RBAC (CIS 1.2.6).',
        ],
        "roles without nodes": [
            { "authorization-mode": "RBAC" },
            '--authorization-mode of kube-apiserver is "RBAC". Set it to Node,RBAC (CIS 1.2.6).',
        ],
        "everybody, which is the default": [
            { "authorization-mode": undefined },
            "--authorization-mode of kube-apiserver is unset, which means AlwaysAllow. Set it to Node,RBAC (CIS 1.2.6).",
        ],
    },
    allowed: {
        "a webhook beside them": { "authorization-mode": "Node,RBAC,Webhook" },
        "a file that says it": {
            "authorization-mode": undefined,
            "authorization-config": "/etc/kubernetes/authz.yaml",
        },
    },
});
