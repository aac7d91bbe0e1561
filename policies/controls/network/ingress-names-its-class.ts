import { literal } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { defaultBackend, INGRESS_KINDS } from "../../kubernetes/ingress";
import { obj, str } from "../../kubernetes/kube";

const LEGACY = "kubernetes.io/ingress.class";

export const ingressNamesItsClass = objectControl({
    name: "ingress-names-its-class",
    description: "Every Ingress names its class and has no backend for what no rule matches.",
    why: "An Ingress without a class is served by whichever controller feels meant, and a default backend answers for every host.",
    severity: "low",
    enforcement: "advisory", // A cluster may have a default class.
    covers: ["net.ingress-class"],
    frameworks: [...nist("CM-6", "SC-7"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Set spec.ingressClassName and write rules instead of spec.defaultBackend.",
    profiles: ["x0tta6bl4"],
    params: {
        classes: {
            type: "array",
            description: "The classes an Ingress may name; empty for any.",
            items: { type: "string" },
            default: [],
        },
    },
    kinds: INGRESS_KINDS,
    *check(ingress, { params }) {
        const backend = defaultBackend(ingress);
        if (backend !== undefined) {
            const path = `${ingress.prefix}spec.${backend.field}`;
            yield { path, message: `${path} is set, so it answers for every host. Write a rule instead.` };
        }
        const name = str(obj(ingress.body["spec"])["ingressClassName"]) || str(ingress.annotations[LEGACY]);
        const path = `${ingress.prefix}spec.ingressClassName`;
        if (name === "") {
            yield { path, message: `${path} is unset. Name the class.`, absent: true };
        } else if (params.classes.length > 0 && !params.classes.includes(name)) {
            yield { path, message: `${path} is "${name}". Use ${params.classes.join(" or ")}.` };
        }
    },
    admission: {
        expression: `!has(object.spec.defaultBackend) && (object.spec.?ingressClassName.orValue('') != '' || object.metadata.?annotations[?${literal(LEGACY)}].orValue('') != '')`,
    },
});
