import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import type { Stack } from "../../kubernetes/stack";

export const dataMountsReviewed = stackControl({
    name: "data-mounts-reviewed",
    description: "No workload gets a Secret, a ConfigMap or a volume of data that nobody has reviewed for it.",
    why: "What a workload can read, whoever takes it over can read; the list has to be known before that.",
    severity: "low",
    enforcement: "advisory", // Workloads need data; the finding is the list to be reviewed, by waiver.
    covers: ["sec.mounted"],
    frameworks: [
        ...mitre("T1552.007", "T1530"),
        ...nist("AC-6", "CM-8"),
        ...soc2("CC6.1"),
        ...checklist("SEC-2", "PRE-3"),
    ],
    remediation: "Check that the workload needs it, then waive the finding with the reviewer as owner.",
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                yield* volumeFaults(stack, pod);
                yield* environmentFaults(pod);
            },
        );
    },
    admission: { none: "A list to be reviewed is no reason to refuse a workload." },
});

function* volumeFaults(stack: Stack, pod: PodView): Iterable<StackFault> {
    const mounted = new Set(
        pod.containers.flatMap(({ body }) => list(body["volumeMounts"]).map((mount) => str(obj(mount)["name"]))),
    );
    for (const [index, volume] of list(pod.spec["volumes"]).entries()) {
        const source = sourceOf(obj(volume));
        if (source === undefined || !mounted.has(str(obj(volume)["name"]))) {
            continue;
        }
        const { kind, field, name } = source;
        // A Secret is worth a look wherever it comes from; for the others it takes the object to tell.
        if (kind === "Secret" || stack.find(kind, pod.object.namespace, name) !== undefined) {
            const path = `${pod.prefix}volumes[${index}].${field}`;
            yield {
                object: pod.object,
                path,
                message: `${path} mounts ${kind} "${name}". Review it and record who did.`,
            };
        }
    }
}

function sourceOf(volume: Body): { kind: string; field: string; name: string } | undefined {
    if (volume["secret"] !== undefined) {
        return { kind: "Secret", field: "secret", name: str(obj(volume["secret"])["secretName"]) };
    }
    if (volume["configMap"] !== undefined) {
        return { kind: "ConfigMap", field: "configMap", name: str(obj(volume["configMap"])["name"]) };
    }
    if (volume["persistentVolumeClaim"] !== undefined) {
        const name = str(obj(volume["persistentVolumeClaim"])["claimName"]);
        return { kind: "PersistentVolumeClaim", field: "persistentVolumeClaim", name };
    }
    return undefined;
}

function* environmentFaults(pod: PodView): Iterable<StackFault> {
    for (const { name: container, path, body } of pod.containers) {
        const references = [
            ...list(body["env"]).map(
                (entry, index) =>
                    [
                        `${path}.env[${index}].valueFrom.secretKeyRef`,
                        obj(obj(entry)["valueFrom"])["secretKeyRef"],
                    ] as const,
            ),
            ...list(body["envFrom"]).map(
                (source, index) => [`${path}.envFrom[${index}].secretRef`, obj(source)["secretRef"]] as const,
            ),
        ];
        for (const [at, reference] of references.filter(([, found]) => found !== undefined)) {
            yield {
                object: pod.object,
                path: at,
                container,
                message: `${at} reads Secret "${str(obj(reference)["name"])}". Review it and record who did.`,
            };
        }
    }
}
