import { apiServerAdmitsWithCare } from "../../../../policies/controls/audit/api-server-admits-with-care";
import { describeFlags } from "../../../support/control-plane";

const PLUGINS = [
    "NodeRestriction",
    "DenyServiceExternalIPs",
    "EventRateLimit",
    "AlwaysPullImages",
    "ImagePolicyWebhook",
];
const without = (name: string): string => PLUGINS.filter((plugin) => plugin !== name).join(",");

describeFlags(apiServerAdmitsWithCare, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "enable-admission-plugins": PLUGINS.join(",") },
    refused: {
        "Services with addresses of others": [
            { "enable-admission-plugins": without("DenyServiceExternalIPs") },
            `--enable-admission-plugins of kube-apiserver is "${without("DenyServiceExternalIPs")}". Set it to a list with DenyServiceExternalIPs (CIS 1.2.3).`,
        ],
        "floods of events": [
            { "enable-admission-plugins": without("EventRateLimit") },
            `--enable-admission-plugins of kube-apiserver is "${without("EventRateLimit")}". Set it to a list with EventRateLimit (CIS 1.2.9).`,
        ],
        "images that another account pulled": [
            { "enable-admission-plugins": without("AlwaysPullImages") },
            `--enable-admission-plugins of kube-apiserver is "${without("AlwaysPullImages")}". Set it to a list with AlwaysPullImages (CIS 1.2.11).`,
        ],
        "images that nobody decides about": [
            { "enable-admission-plugins": without("ImagePolicyWebhook") },
            `--enable-admission-plugins of kube-apiserver is "${without("ImagePolicyWebhook")}". Set it to a list with ImagePolicyWebhook (CIS 5.5.1).`,
        ],
        "no list at all": [
            { "enable-admission-plugins": undefined },
            "--enable-admission-plugins of kube-apiserver is unset, which means a list without DenyServiceExternalIPs. Set it to a list with DenyServiceExternalIPs (CIS 1.2.3).",
            "--enable-admission-plugins of kube-apiserver is unset, which means a list without EventRateLimit. Set it to a list with EventRateLimit (CIS 1.2.9).",
            "--enable-admission-plugins of kube-apiserver is unset, which means a list without AlwaysPullImages. Set it to a list with AlwaysPullImages (CIS 1.2.11).",
            "--enable-admission-plugins of kube-apiserver is unset, which means a list without ImagePolicyWebhook. Set it to a list with ImagePolicyWebhook (CIS 5.5.1).",
        ],
    },
    allowed: {
        "further plugins, in any order": { "enable-admission-plugins": [...PLUGINS, "PodSecurity"].reverse().join() },
    },
});
