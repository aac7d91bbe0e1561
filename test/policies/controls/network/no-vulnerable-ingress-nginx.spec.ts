import { noVulnerableIngressNginx } from "../../../../policies/controls/network/no-vulnerable-ingress-nginx";
import { describeControl } from "../../../support/control-suite";

const image = (tag: string) => ({ container: { image: `registry.k8s.io/ingress-nginx/controller:${tag}` } });
const message = (version: string): string =>
    `spec.containers[0].image is ingress-nginx ${version} (CVE-2025-1974). Upgrade to 1.12.1, 1.11.5 or later.`;

describeControl(noVulnerableIngressNginx, {
    refused: {
        "the last vulnerable release of the older line": { ...image("v1.11.4"), message: message("1.11.4") },
        "the vulnerable release of the newer line": { ...image("v1.12.0@sha256:00"), message: message("1.12.0") },
        "a release long ago": {
            container: { image: "quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.30.0" },
            message: message("0.30.0"),
        },
    },
    allowed: {
        "the first fixed release of the older line": image("v1.11.5"),
        "the first fixed release of the newer line": image("v1.12.1"),
        "a newer release": image("v1.13.0"),
        "a release without a number": image("main"),
        "another controller": { container: { image: "haproxytech/kubernetes-ingress:1.10.0" } },
    },
});
