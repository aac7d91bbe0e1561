import { noInjectionOverrides } from "../../../../policies/controls/pod/no-injection-overrides";
import { describeControl } from "../../../support/control-suite";

const annotated = (name: string, value = "x") => ({ metadata: { annotations: { [name]: value } } });
const refused = (name: string, value?: string) => ({
    ...annotated(name, value),
    message: `metadata.annotations["${name}"] changes what is injected into the pod. Leave it to the injector's own configuration.`,
});

describeControl(noInjectionOverrides, {
    refused: {
        "a volume for Istio's proxy": refused("sidecar.istio.io/userVolume", '[{"name":"x","hostPath":{"path":"/"}}]'),
        ...Object.fromEntries(
            [
                "sidecar.istio.io/proxyImage",
                "config.linkerd.io/proxy-image",
                "config.alpha.linkerd.io/init-image",
                "vault.hashicorp.com/agent-json-patch",
                "dapr.io/volume-mounts-rw",
                "consul.hashicorp.com/consul-sidecar-user-volume",
                "appmesh.k8s.aws/volumeMounts",
                "kuma.io/container-patches",
            ].map((name) => [`the annotation ${name}`, refused(name)]),
        ),
        "another program for Istio's proxy": refused("proxy.istio.io/config", "binaryPath: /data/envoy"),
    },
    allowed: {
        "a pod without annotations": {},
        "whether to inject at all": annotated("sidecar.istio.io/inject", "true"),
        "when the proxy starts": annotated("proxy.istio.io/config", "holdApplicationUntilProxyStarts: true"),
        "the proxy's resources": annotated("sidecar.istio.io/proxyCPU", "100m"),
        "an annotation of somebody else": annotated("example.org/sidecar.istio.io/userVolume"),
    },
});
