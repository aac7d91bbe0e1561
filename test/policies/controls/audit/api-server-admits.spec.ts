import { apiServerAdmits } from "../../../../policies/controls/audit/api-server-admits";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerAdmits, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "enable-admission-plugins": "NodeRestriction" },
    refused: {
        everything: [
            { "enable-admission-plugins": "AlwaysAdmit,NodeRestriction" },
            '--enable-admission-plugins of kube-apiserver is "AlwaysAdmit,NodeRestriction". Set it to a list with NodeRestriction and without AlwaysAdmit (CIS 1.2.14).',
        ],
        "nodes that write where they like": [
            { "enable-admission-plugins": undefined },
            "--enable-admission-plugins of kube-apiserver is unset, which means a list without NodeRestriction. Set it to a list with NodeRestriction and without AlwaysAdmit (CIS 1.2.14).",
        ],
        "a built-in plugin that is switched off": [
            { "disable-admission-plugins": "ServiceAccount" },
            '--disable-admission-plugins of kube-apiserver is "ServiceAccount". Set it to a list without ServiceAccount, NamespaceLifecycle, NodeRestriction and PodSecurity (CIS 1.2.12).',
        ],
    },
    allowed: {
        "more plugins": { "enable-admission-plugins": "AlwaysPullImages,NodeRestriction" },
        "another plugin that is switched off": { "disable-admission-plugins": "DefaultStorageClass" },
    },
});
