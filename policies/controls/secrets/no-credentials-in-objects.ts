import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { isBuiltIn } from "../../kubernetes/api";
import type { KubeObject } from "../../kubernetes/kube";
import { obj } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";
import { podsOf } from "../../kubernetes/pods";
import type { Node } from "../../kubernetes/walk";
import { isRecord, refuseUnknown, rootOf, walk } from "../../kubernetes/walk";
import { looksLikeCredential } from "./credential-formats";

/** What kubectl keeps of the manifest. That of a Secret is read by whoever reads the Secret. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function* faultsOf(path: string, value: unknown): Iterable<Fault> {
    const shape = typeof value === "string" ? looksLikeCredential(value) : undefined;
    if (shape !== undefined) {
        yield { path, message: `${path} holds ${shape}. Move it to a Secret and rotate it.` };
    }
}

/** Labels and annotations of an object or a pod in it, by the format of what they hold: their names say nothing of it. */
function* metadataFaults(
    path: string,
    metadata: Partial<Pick<PodView, "labels" | "annotations">>,
    isSecret = false,
): Iterable<Fault> {
    for (const field of ["labels", "annotations"] as const) {
        for (const [key, value] of Object.entries(obj(metadata[field]))) {
            if (!isSecret || key !== LAST_APPLIED) {
                yield* faultsOf(child(`${path}.${field}`, key), value);
            }
        }
    }
}

/** All fields of a custom resource, but for the containers in it, which have controls of their own. */
function* fieldFaults(object: KubeObject): Iterable<Fault> {
    const containers = new Set(podsOf(object).flatMap((pod) => pod.containers.map(({ path }) => path)));
    const found: Fault[] = [];
    const unknown: Node[] = [];
    walk(rootOf(object), (node) => {
        found.push(...faultsOf(node.path, node.value));
        unknown.push(...(node.unknown === true ? [node] : []));
        return !isRecord(node) && !containers.has(node.path);
    });
    yield* found;
    refuseUnknown(unknown);
}

export const noCredentialsInObjects = objectControl({
    name: "no-credentials-in-objects",
    description:
        "No label, annotation or field of a custom resource, nor a label or annotation of a pod, holds a credential.",
    why: "Whoever may list a kind reads them, they are in events and logs, and encryption at rest is seldom set up for them.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.4.2"),
        ...mitre("T1552.001", "T1552.007"),
        ...nist("IA-5(7)", "SC-28"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-1", "PRE-3"),
    ],
    remediation:
        "Move it to a Secret that an external store supplies, refer to it there, and rotate it: it is known now.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["*"],
    *check(object) {
        const own = `${object.prefix}metadata`;
        yield* metadataFaults(own, obj(object.body["metadata"]), object.kind === "Secret");
        if (!isBuiltIn(object.group)) {
            yield* fieldFaults(object);
            return;
        }
        for (const pod of podsOf(object).filter(({ metadataPath }) => metadataPath !== own)) {
            yield* metadataFaults(pod.metadataPath, pod);
        }
    },
    admission: {
        none: "The formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});
