import { apiServerBoundsRequests } from "../../../../policies/controls/audit/api-server-bounds-requests";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerBoundsRequests, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", profiling: "false" },
    refused: {
        "a profile": [{ profiling: "true" }, '--profiling of kube-apiserver is "true". Set it to false (CIS 1.2.15).'],
        "a profile, which is the default": [
            { profiling: undefined },
            "--profiling of kube-apiserver is unset, which means true. Set it to false (CIS 1.2.15).",
        ],
        "requests without an end": [
            { "request-timeout": "0s" },
            '--request-timeout of kube-apiserver is "0s". Set it to at most 300s (CIS 1.2.20).',
        ],
        "requests of an hour": [
            { "request-timeout": "1h" },
            '--request-timeout of kube-apiserver is "1h". Set it to at most 300s (CIS 1.2.20).',
        ],
    },
    allowed: { "requests of a minute": { "request-timeout": "1m0s" } },
});
