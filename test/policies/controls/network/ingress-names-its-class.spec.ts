import { ingressNamesItsClass } from "../../../../policies/controls/network/ingress-names-its-class";
import { describeControl } from "../../../support/control-suite";
import { ingress } from "../../../support/objects";

describeControl(ingressNamesItsClass, {
    refused: {
        "no class": {
            object: ingress({ ingressClassName: undefined }),
            message: "spec.ingressClassName is unset. Name the class.",
        },
        "a default backend": {
            object: ingress({ defaultBackend: { service: { name: "web", port: { number: 80 } } } }),
            message: "spec.defaultBackend is set, so it answers for every host. Write a rule instead.",
        },
        "a default backend in the first beta version": {
            object: {
                ...ingress({ backend: { serviceName: "web", servicePort: 80 } }),
                apiVersion: "extensions/v1beta1",
            },
            message: "spec.backend is set, so it answers for every host. Write a rule instead.",
        },
        "a class that is not configured": {
            object: ingress(),
            params: { classes: ["internal", "public"] },
            message: `spec.ingressClassName is "nginx". Use internal or public.`,
        },
    },
    allowed: {
        "a class": { object: ingress() },
        "a class in the annotation of old": {
            object: ingress(
                { ingressClassName: undefined },
                { annotations: { "kubernetes.io/ingress.class": "nginx" } },
            ),
        },
    },
});
