import { noRetiredComponents } from "../../../../policies/controls/audit/no-retired-components";
import { describeControl } from "../../../support/control-suite";

const INGRESS = "registry.k8s.io/ingress-nginx/controller:v1.15.1";
const message = (image: string, what: string): string =>
    `spec.containers[0].image is "${image}" (container "web"): ${what}`;
const NGINX =
    "ingress-nginx ended in March 2026 (https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/). Move to a controller of the Gateway API or another Ingress controller.";
const FLUX = "Flux 1 ended in November 2022 (https://github.com/fluxcd/flux). Move to Flux 2.";

describeControl(noRetiredComponents, {
    refused: {
        "the last ingress-nginx": { container: { image: INGRESS }, message: message(INGRESS, NGINX) },
        "a copy of it in a registry of one's own": {
            container: { image: "registry.example:5000/mirror/ingress-nginx/controller-chroot:v1.13.3@sha256:0f" },
            message: message("registry.example:5000/mirror/ingress-nginx/controller-chroot:v1.13.3@sha256:0f", NGINX),
        },
        "the first Flux": { container: { image: "fluxcd/flux:1.25.4" }, message: message("fluxcd/flux:1.25.4", FLUX) },
    },
    allowed: {
        "the Ingress controller of NGINX itself": { container: { image: "nginx/nginx-ingress:5.3.0" } },
        "the second Flux": { container: { image: "ghcr.io/fluxcd/source-controller:v1.7.0" } },
        "an image that only sounds so": { container: { image: "example.org/heapster-exporter:1" } },
        "an image that is left out": { container: { image: undefined } },
    },
});
