import { literal, pattern, POD_ANNOTATIONS } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";

/**
 * Annotations by which a pod tells an injector which image to run in it, what to mount, as whom and with which settings of
 * the proxy's own: none of it stands in the pod's containers, where everybody looks. From the annotations' references of
 * Istio, Linkerd, Vault, Dapr, Consul, App Mesh and Kuma.
 */
// eslint-disable-next-line security/detect-non-literal-regexp -- the parts are those of this file
const OVERRIDES = new RegExp(
    `^(?:${[
        String.raw`sidecar\.istio\.io/(?:userVolume|userVolumeMount|proxyImage|bootstrapOverride)`,
        String.raw`config\.(?:alpha\.|beta\.)?linkerd\.io/(?:proxy|init|debug)-image`,
        String.raw`config\.linkerd\.io/proxy-(?:uid|gid|additional-env)`,
        String.raw`vault\.hashicorp\.com/agent-(?:image|run-as-user|run-as-group|json-patch|init-json-patch)`,
        String.raw`dapr\.io/(?:sidecar-image|volume-mounts|volume-mounts-rw|env)`,
        String.raw`consul\.hashicorp\.com/(?:consul-sidecar-user-volume|consul-sidecar-user-volume-mount|envoy-extra-args)`,
        String.raw`appmesh\.k8s\.aws/(?:volumeMounts|secretMounts|sidecarEnv)`,
        String.raw`kuma\.io/(?:sidecar-env-vars|container-patches)`,
    ].join("|")})$`,
);

/** Istio's settings of the one proxy, of which these have it run or read what the pod brings (ProxyConfig). */
const PROXY_CONFIG = "proxy.istio.io/config";
const PROXY_FILES = /\b(?:binaryPath|customConfigFile|proxyBootstrapTemplatePath)\b/;

export const noInjectionOverrides = podControl({
    name: "no-injection-overrides",
    description: "No pod tells an injector by annotations which image, volumes or settings to put into it.",
    why: "What is injected runs beside the program with its identity, and neither review nor scanners see it in the manifest.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1610", "T1611"), ...nist("CM-7", "SI-7"), ...soc2("CC6.8"), ...checklist("CTR-7")],
    remediation: "Set it for all pods in the injector's own configuration, or write the container into the pod.",
    profiles: ["x0tta6bl4"],
    *check(pod) {
        for (const [name, value] of Object.entries(pod.annotations)) {
            if (OVERRIDES.test(name) || (name === PROXY_CONFIG && PROXY_FILES.test(str(value)))) {
                const path = child(`${pod.metadataPath}.annotations`, name);
                yield {
                    path,
                    message: `${path} changes what is injected into the pod. Leave it to the injector's own configuration.`,
                };
            }
        }
    },
    admission: {
        expression: `!variables.podAnnotations.exists(k, k.matches(${pattern(OVERRIDES)}) || (k == ${literal(PROXY_CONFIG)} && variables.podAnnotations[k].matches(${pattern(PROXY_FILES)})))`,
        variables: POD_ANNOTATIONS,
    },
});
