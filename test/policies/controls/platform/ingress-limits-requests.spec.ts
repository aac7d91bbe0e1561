import { ingressLimitsRequests } from "../../../../policies/controls/platform/ingress-limits-requests";
import { describeControl } from "../../../support/control-suite";

const NGINX = "nginx.ingress.kubernetes.io/";
const LIMITS = {
    [`${NGINX}limit-rps`]: "20",
    [`${NGINX}limit-connections`]: "10",
    [`${NGINX}proxy-body-size`]: "1m",
};
const ingress = (annotations: object | undefined) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "shop", ...(annotations && { annotations }) },
    spec: {},
});
const at = (name: string) => `metadata.annotations["${NGINX}${name}"]`;
const unset = (name: string, what: string) => `${at(name)} is unset, so the ${what} of a client is unbounded. Set it.`;

describeControl(ingressLimitsRequests, {
    refused: {
        "an ingress that bounds nothing": {
            object: ingress({}),
            message: [
                unset("limit-rps", "requests per second"),
                unset("limit-connections", "connections"),
                unset("proxy-body-size", "size of a request"),
            ],
        },
        "a size of zero, which is any size": {
            object: ingress({ ...LIMITS, [`${NGINX}proxy-body-size`]: "0m" }),
            message: `${at("proxy-body-size")} is "0m", which means unbounded. Set a limit.`,
        },
        "a rate of zero": {
            object: ingress({ ...LIMITS, [`${NGINX}limit-rps`]: "0" }),
            message: `${at("limit-rps")} is "0", which means unbounded. Set a limit.`,
        },
    },
    allowed: {
        "an ingress with all three": { object: ingress(LIMITS) },
        "an ingress of another controller, by field or annotation": {
            stack: [
                { ...ingress({}), spec: { ingressClassName: "alb" } },
                ingress({ "kubernetes.io/ingress.class": "gce" }),
            ],
        },
    },
    unknown: "metadata.annotations",
});
