import { meshInjectionNotDisabled } from "../../../../policies/controls/network/mesh-injection-not-disabled";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

const left = (path: string, value: string): string => `${path} is "${value}", so the mesh is left out. Remove it.`;
const SKIP = "config.linkerd.io/skip-inbound-ports";

describeControl(meshInjectionNotDisabled, {
    refused: {
        "a pod without a sidecar": {
            metadata: { name: "web", namespace: "shop", annotations: { "sidecar.istio.io/inject": "false" } },
            message: left(`metadata.annotations["sidecar.istio.io/inject"]`, "false"),
        },
        "a namespace without injection": {
            object: namespace("shop", { "istio-injection": "disabled" }),
            message: left("metadata.labels.istio-injection", "disabled"),
        },
        "a namespace outside ambient mode": {
            object: namespace("shop", { "istio.io/dataplane-mode": "none" }),
            message: left(`metadata.labels["istio.io/dataplane-mode"]`, "none"),
        },
        "a pod without Linkerd's proxy": {
            metadata: { name: "web", namespace: "shop", annotations: { "linkerd.io/inject": "disabled" } },
            message: left(`metadata.annotations["linkerd.io/inject"]`, "disabled"),
        },
        "ports past the proxy": {
            metadata: { name: "web", namespace: "shop", annotations: { [SKIP]: "5432" } },
            message: `metadata.annotations["${SKIP}"] is set, so these ports are outside mutual TLS. Remove it.`,
        },
    },
    allowed: {
        "a pod with a sidecar": {
            metadata: { name: "web", namespace: "shop", labels: { "sidecar.istio.io/inject": "true" } },
        },
        "a pod that says nothing": {},
        "a namespace with injection": { object: namespace("shop", { "istio-injection": "enabled" }) },
        "a namespace that says nothing": { object: namespace() },
    },
});
