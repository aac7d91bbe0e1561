import { falcoOnEveryNode } from "../../../../policies/controls/platform/falco-on-every-node";
import { describeControl } from "../../../support/control-suite";
import { NODE, pod } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const falco = (spec: object, image = "docker.io/falcosecurity/falco:0.44.1", kind = "DaemonSet") =>
    wrapPod(pod({ app: "falco" }, { containers: [{ name: "falco", image }], ...spec }), kind);
const everywhere = { tolerations: [{ operator: "Exists" }] };
const tolerations =
    "spec.template.spec.tolerations does not tolerate every taint, so tainted nodes run without Falco. Add {operator: Exists}.";
const missing = "this stack speaks for a cluster and holds no DaemonSet of Falco. Add one.";

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
        "a cluster without Falco": { stack: [pod(), NODE], message: missing },
        "an API server without Falco": {
            object: pod({}, { containers: [{ name: "api", image: "registry.k8s.io/kube-apiserver:v1.36.0" }] }),
            message: missing,
        },
        "the policies of a cluster without Falco": {
            object: {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingAdmissionPolicyBinding",
                metadata: { name: "bound" },
            },
            message: missing,
        },
        "a Falco that is no DaemonSet": {
            stack: [falco(everywhere, undefined, "Deployment"), NODE],
            message: missing,
        },
        "another image of the same organisation": {
            stack: [falco(everywhere, "docker.io/falcosecurity/falcosidekick:2"), NODE],
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
        "the stack of an application": { object: pod() },
        "a PodTemplate alone, which runs nothing": { object: wrapPod(pod(), "PodTemplate") },
    },
    kinds: ["DaemonSet"],
});
