import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { child } from "../../kubernetes/path";
import { show } from "../../text";

export const namespacesHaveOwners = objectControl({
    name: "namespaces-have-owners",
    description: "Every namespace says who owns it.",
    why: "When something is wrong in a namespace at night, somebody has to be called.",
    severity: "low",
    enforcement: "advisory", // Who owns a namespace may be written down elsewhere.
    covers: ["ns.labels"],
    frameworks: [...nist("CM-8", "IR-4"), ...soc2("CC1.3", "CC7.4"), ...checklist("MON-4", "POST-3")],
    remediation: "Label the namespace owner: <team>.",
    profiles: ["x0tta6bl4"],
    params: {
        labels: {
            type: "array",
            description: "The labels every namespace carries.",
            items: { type: "string" },
            default: ["owner"],
        },
    },
    kinds: ["Namespace"],
    *check(namespace, { params }) {
        for (const label of params.labels) {
            if (show(namespace.labels[label] ?? "").trim() === "") {
                const path = child(`${namespace.prefix}metadata.labels`, label);
                yield { path, message: `${path} is unset. Name the team that answers for it.`, absent: true };
            }
        }
    },
    admission: {
        expression:
            "has(object.metadata.labels) && 'owner' in object.metadata.labels && object.metadata.labels['owner'] != ''",
    },
});
