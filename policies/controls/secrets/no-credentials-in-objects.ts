import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { isBuiltIn } from "../../kubernetes/api";
import type { KubeObject } from "../../kubernetes/kube";
import { obj } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
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

/** Labels and annotations, by the format of what they hold: their names say nothing of it. */
function* metadataFaults(object: KubeObject): Iterable<Fault> {
    const metadata = obj(object.body["metadata"]);
    for (const field of ["labels", "annotations"] as const) {
        for (const [key, value] of Object.entries(obj(metadata[field]))) {
            if (object.kind !== "Secret" || key !== LAST_APPLIED) {
                yield* faultsOf(child(`${object.prefix}metadata.${field}`, key), value);
            }
        }
    }
}

export const noCredentialsInObjects = objectControl({
    name: "no-credentials-in-objects",
    description: "No label, annotation or field of a custom resource holds a credential.",
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
        yield* metadataFaults(object);
        // The containers of a pod have controls of their own.
        if (isBuiltIn(object.group) || podsOf(object).length > 0) {
            return;
        }
        const found: Fault[] = [];
        const unknown: Node[] = [];
        walk(rootOf(object), (node) => {
            found.push(...faultsOf(node.path, node.value));
            unknown.push(...(node.unknown === true ? [node] : []));
            return !isRecord(node);
        });
        yield* found;
        refuseUnknown(unknown);
    },
    admission: {
        none: "The formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});
