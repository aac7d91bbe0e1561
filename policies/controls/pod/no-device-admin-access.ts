import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { knownNodesAt, rootOf } from "../../kubernetes/walk";

/** Where requests say so: inside `exactly` since resource.k8s.io/v1beta2, and in themselves before. */
const PLACES: Readonly<Record<string, readonly (readonly string[])[]>> = Object.fromEntries(
    [
        { kind: "ResourceClaim", way: ["spec", "devices", "requests", "*"] },
        { kind: "ResourceClaimTemplate", way: ["spec", "spec", "devices", "requests", "*"] },
    ].map(({ kind, way }) => [
        kind,
        [
            [...way, "adminAccess"],
            [...way, "exactly", "adminAccess"],
        ],
    ]),
);
const LABEL = ["metadata", "labels", "resource.kubernetes.io/admin-access"];

export const noDeviceAdminAccess = objectControl({
    name: "no-device-admin-access",
    description: "No claim asks for administrative access to devices, and no namespace allows it.",
    why: "Administrative access reaches devices that are in use by others, with their memory and their settings.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1005", "T1611"), ...nist("AC-6", "SC-4"), ...soc2("CC6.3"), ...checklist("CTR-7")],
    remediation: "Leave adminAccess out; keep what watches devices in a namespace of its own, by a waiver.",
    profiles: [],
    kinds: ["Namespace", ...Object.keys(PLACES).map((kind) => `resource.k8s.io/${kind}`)],
    *check(object) {
        const places = object.kind === "Namespace" ? [LABEL] : (PLACES[object.kind] ?? []);
        for (const { path, value } of places.flatMap((place) => knownNodesAt(rootOf(object), place))) {
            if (value === true || value === "true") {
                yield { path, message: `${path} is ${JSON.stringify(value)}. Remove it.` };
            }
        }
    },
    admission: {
        expression: `object.kind == 'Namespace'
 ? object.metadata.?labels[?'resource.kubernetes.io/admin-access'].orValue('') != 'true'
 : !(object.kind in ['ResourceClaim', 'ResourceClaimTemplate']) ||
   (object.kind == 'ResourceClaim' ? dyn(object).spec : dyn(object).spec.spec).?devices.?requests.orValue([])
    .all(r, r.?adminAccess.orValue(false) != true && r.?exactly.?adminAccess.orValue(false) != true)`,
    },
});
