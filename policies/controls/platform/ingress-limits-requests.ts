import { texts } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { INGRESS_CLASS, ingressClass } from "../../kubernetes/ingress";
import { str } from "../../kubernetes/kube";

const NGINX = "nginx.ingress.kubernetes.io/";

/** Annotations of ingress-nginx that bound what one client may do, and what for. */
const LIMITS: Readonly<Record<string, string>> = {
    [`${NGINX}limit-rps`]: "requests per second",
    [`${NGINX}limit-connections`]: "connections",
    [`${NGINX}proxy-body-size`]: "size of a request",
};

export const ingressLimitsRequests = objectControl({
    name: "ingress-limits-requests",
    description: "Every ingress of ingress-nginx bounds the requests, connections and sizes of one client.",
    why: "Without limits, a single client exhausts the service for all others.",
    severity: "medium",
    advisesInPart: "a ConfigMap",
    covers: [],
    frameworks: [...nist("SC-5"), ...soc2("A1.1"), ...mitre("T1498", "T1499"), ...checklist("NET-5")],
    remediation: "Set the annotations limit-rps, limit-connections and proxy-body-size of nginx.ingress.kubernetes.io.",
    profiles: ["x0tta6bl4"],
    kinds: ["networking.k8s.io/Ingress"],
    *check(object) {
        const named = ingressClass(object);
        // Another controller has limits of its own, elsewhere.
        if (named !== "" && !named.includes("nginx")) {
            return;
        }
        for (const [annotation, what] of Object.entries(LIMITS)) {
            const value = object.annotations[annotation];
            const path = `${object.prefix}metadata.annotations["${annotation}"]`;
            if (value === undefined) {
                yield {
                    path,
                    message: `${path} is unset, so the ${what} of a client is unbounded. Set it.`,
                    absent: true,
                };
            } else if (/^0+[a-z]?$/i.test(str(value))) {
                yield { path, message: `${path} is "${str(value)}", which means unbounded. Set a limit.` };
            }
        }
    },
    admission: {
        expression: [
            `(${INGRESS_CLASS} != '' && !${INGRESS_CLASS}.contains('nginx')) ||`,
            `${texts(Object.keys(LIMITS))}.all(k, k in object.metadata.?annotations.orValue({}) &&`,
            " !object.metadata.annotations[k].matches('^0+[a-zA-Z]?$'))",
        ].join("\n"),
    },
});
