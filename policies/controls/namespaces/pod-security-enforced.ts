import { literal } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss, soc2 } from "../../engine/frameworks";
import { child, setField } from "../../kubernetes/path";
import { ENFORCE } from "../../kubernetes/pod-security";
import { show } from "../../text";

export const podSecurityEnforced = objectControl({
    name: "pod-security-enforced",
    description: "Every namespace enforces a Pod Security level, baseline or restricted.",
    why: "Without an enforced level the API server admits a privileged pod into the namespace; warn and audit only talk about it.",
    severity: "high",
    covers: ["ns.psa-labels"],
    frameworks: [
        ...pss("baseline/namespace"),
        ...cis("5.2.1"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610", "T1611"),
        ...nist("CM-6", "CM-7"),
        ...soc2("CC6.8"),
        ...checklist("ACC-4", "PRE-7"),
    ],
    remediation:
        "Label the namespace pod-security.kubernetes.io/enforce: restricted, or baseline where that is too strict.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    params: {
        levels: {
            type: "array",
            description: "The levels a namespace may enforce.",
            items: { type: "string" },
            default: ["baseline", "restricted"],
        },
    },
    *check(namespace, { params }) {
        const level = namespace.labels[ENFORCE];
        if (typeof level === "string" && params.levels.includes(level)) {
            return;
        }
        const path = child(`${namespace.prefix}metadata.labels`, ENFORCE);
        const wanted = params.levels.includes("restricted") ? "restricted" : (params.levels[0] ?? "restricted");
        yield {
            path,
            message: `${path} is ${level === undefined ? "unset, so any pod is admitted" : `"${show(level)}"`}. Set it to ${params.levels.join(" or ")}.`,
            absent: level === undefined,
            fix: setField(namespace, path, wanted),
        };
    },
    kinds: ["Namespace"],
    admission: {
        expression: `has(object.metadata.labels) && ${literal(ENFORCE)} in object.metadata.labels && object.metadata.labels[${literal(ENFORCE)}] in ['baseline', 'restricted']`,
    },
});
