import { literal, POD_ANNOTATIONS, POD_LABELS } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import type { ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { child } from "../../kubernetes/path";
import type { Marked } from "./mesh";
import { meshOptOuts, staysInside } from "./mesh";
import { podsOf } from "../../kubernetes/pods";
import { show } from "../../text";

/** Annotations that take ports out of Linkerd's proxy, and with that out of mutual TLS. */
const SKIPPED = ["config.linkerd.io/skip-inbound-ports", "config.linkerd.io/skip-outbound-ports"];

export const meshInjectionNotDisabled: ObjectControl = {
    ...objectControl({
        name: "mesh-injection-not-disabled",
        description: "No namespace and no pod stays out of the service mesh, nor any of its ports.",
        why: "What is outside the mesh talks in plain text and is not asked who it is.",
        severity: "medium",
        covers: ["net.mesh-injection"],
        frameworks: [
            ...mitre("T1557", "T1562"),
            ...nist("SC-8", "AC-4"),
            ...soc2("CC6.7"),
            ...checklist("NET-4", "SEC-6"),
        ],
        remediation: "Remove the label or annotation.",
        profiles: [],
        kinds: [],
        *check(object) {
            for (const pod of podsOf(object)) {
                yield* faultsOf(pod, pod.metadataPath);
            }
            // Some write it on the workload, where it does nothing, and mean the pod.
            if (object.kind !== "Pod") {
                yield* faultsOf(object, `${object.prefix}metadata`);
            }
        },
        admission: {
            expression: [
                ...["variables.podLabels", "object.?metadata.?labels.orValue({})"].map(staysInside("labels")),
                ...["variables.podAnnotations", "object.?metadata.?annotations.orValue({})"].flatMap((annotations) => [
                    staysInside("annotations")(annotations),
                    ...SKIPPED.map((name) => `${annotations}[?${literal(name)}].orValue('') == ''`),
                ]),
            ].join(" &&\n"),
            variables: { ...POD_LABELS, ...POD_ANNOTATIONS },
        },
    }),
    applies: ({ kind, pods }) => kind === "Namespace" || pods,
};

function* faultsOf(marked: Marked, metadata: string): Iterable<Fault> {
    for (const { where, name, value } of meshOptOuts(marked)) {
        const path = child(`${metadata}.${where}`, name);
        yield { path, message: `${path} is "${value}", so the mesh is left out. Remove it.` };
    }
    for (const name of SKIPPED.filter((candidate) => show(marked.annotations[candidate] ?? "") !== "")) {
        const path = child(`${metadata}.annotations`, name);
        yield { path, message: `${path} is set, so these ports are outside mutual TLS. Remove it.` };
    }
}
