import { falcoOnEveryNode } from "../../../../policies/controls/platform/falco-on-every-node";
import { describeControl } from "../../../support/control-suite";
import { pod } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const falco = (spec: object, image = "docker.io/falcosecurity/falco:0.44.1", kind = "DaemonSet") =>
    wrapPod(pod({ app: "falco" }, { containers: [{ name: "falco", image }], ...spec }), kind);
const everywhere = { tolerations: [{ operator: "Exists" }] };
const tolerations =
    "spec.template.spec.tolerations does not tolerate every taint, so tainted nodes run without Falco. Add {operator: Exists}.";
const missing = "this stack runs a workload and no DaemonSet of Falco. Add one.";

describeControl(falcoOnEveryNode, {
    refused: {
        "a Falco that tolerates only some taints": {
            object: falco({ tolerations: [{ key: "node-role", operator: "Exists" }] }),
            message: tolerations,
        },
        "a Falco that tolerates one effect only": {
            object: falco({ tolerations: [{ operator: "Exists", effect: "NoSchedule" }] }),
            message: tolerations,
        },
        "a Falco on labelled nodes only": {
            object: falco({ ...everywhere, nodeSelector: { "kubernetes.io/os": "linux", pool: "web" } }),
            message:
                "spec.template.spec.nodeSelector asks for the label pool, so nodes without it run without Falco. Remove it.",
        },
        "a workload without Falco": { object: pod(), message: missing },
        "workloads without Falco": {
            stack: [pod(), pod({}, {}, { name: "api" })],
            message: "this stack runs 2 workloads and no DaemonSet of Falco. Add one.",
        },
        "a Falco that is no DaemonSet": { object: falco(everywhere, undefined, "Deployment"), message: missing },
        "another image of the same organisation": {
            object: falco(everywhere, "docker.io/falcosecurity/falcosidekick:2"),
            message: missing,
        },
    },
    allowed: {
        "a Falco on every node": {
            stack: [pod(), falco({ ...everywhere, nodeSelector: { "kubernetes.io/os": "linux" } })],
        },
        "a Falco from a mirror, by digest": {
            object: falco(everywhere, `mirror.example.org/falcosecurity/falco@sha256:${"a".repeat(64)}`),
        },
        "a stack without workloads": { stack: [] },
        "a PodTemplate alone, which runs nothing": { object: wrapPod(pod(), "PodTemplate") },
    },
    kinds: ["DaemonSet"],
});
