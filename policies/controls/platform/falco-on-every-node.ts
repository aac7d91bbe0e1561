import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { foundationOf } from "../../kubernetes/foundation";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";

export const falcoOnEveryNode = stackControl({
    name: "falco-on-every-node",
    description: "A stack that speaks for a cluster runs Falco as a DaemonSet on every Linux node.",
    why: "A node without Falco is where an intruder is not seen, and tainted nodes are the ones a DaemonSet leaves out.",
    severity: "high",
    covers: [],
    frameworks: [
        ...nist("SI-4", "AU-12"),
        ...soc2("CC7.2"),
        ...mitre("T1610", "T1611"),
        ...checklist("CTR-5", "STEP-5"),
    ],
    remediation:
        "Deploy Falco as a DaemonSet that tolerates every taint and is bound to no other label than the system.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        const pods = stack.pods().filter(({ object }) => object.kind !== "PodTemplate");
        const sensors = pods.filter((pod) => pod.object.kind === "DaemonSet" && runsFalco(pod));
        const cluster = foundationOf(stack);
        if (sensors.length === 0 && cluster !== undefined) {
            yield {
                object: cluster,
                path: `${cluster.prefix}kind`,
                message: "this stack speaks for a cluster and holds no DaemonSet of Falco. Add one.",
                absent: true,
            };
        }
        yield* each(sensors, ({ object }) => object, leftOut);
    },
    admission: { none: "That an object is missing can't be told from another one." },
});

/** The image is told by its repository's last part, so that mirrors count. */
function runsFalco(pod: PodView): boolean {
    return pod.containers.some(({ body }) => /(?:^|\/)falco(?:-no-driver)?(?:[:@]|$)/.test(str(body["image"])));
}

function* leftOut({ object, path, spec }: PodView): Iterable<{ object: KubeObject; path: string; message: string }> {
    const tolerations = list(spec["tolerations"]).map(obj);
    const all = tolerations.some(
        ({ operator, key, effect }) =>
            operator === "Exists" && (key ?? "") === "" && (effect === undefined || effect === ""),
    );
    if (!all) {
        yield {
            object,
            path: `${path}.tolerations`,
            message: `${path}.tolerations does not tolerate every taint, so tainted nodes run without Falco. Add {operator: Exists}.`,
        };
    }
    const labels = Object.keys(obj(spec["nodeSelector"])).filter((label) => label !== "kubernetes.io/os");
    for (const label of labels) {
        yield {
            object,
            path: `${path}.nodeSelector`,
            message: `${path}.nodeSelector asks for the label ${label}, so nodes without it run without Falco. Remove it.`,
        };
    }
}
