import { systemNamespacesUnused } from "../../../../policies/controls/namespaces/system-namespaces-unused";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy, pod, service } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const inNamespace = (namespace: string, labels = {}) => ({ metadata: { name: "web", namespace, labels } });

describeControl(systemNamespacesUnused, {
    refused: {
        "a workload in kube-system": {
            object: pod({}, {}, { namespace: "kube-system" }),
            message: `metadata.namespace is "kube-system". Choose a namespace of the workload's own.`,
        },
        "a workload in kube-public": {
            object: wrapPod(pod({}, {}, { namespace: "kube-public" }), "CronJob"),
            message: `metadata.namespace is "kube-public". Choose a namespace of the workload's own.`,
        },
        "a Service in kube-system": {
            object: service({}, { name: "web", namespace: "kube-system" }),
            message: `metadata.namespace is "kube-system". Choose a namespace of the workload's own.`,
        },
    },
    allowed: {
        "a policy that guards kube-system": {
            object: networkPolicy({ podSelector: {} }, { name: "deny", namespace: "kube-system" }),
        },
        "a workload in a namespace of its own": {},
        "a workload in the default namespace, which another control judges": inNamespace("default"),
        "the control plane": inNamespace("kube-system", { tier: "control-plane", component: "kube-apiserver" }),
    },
    unknown: "metadata.labels",
});
