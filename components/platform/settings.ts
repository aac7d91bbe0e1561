import type { Read } from "../../policies/engine/schema";
import { listOf, mapOf, object, optional, text, withDefault } from "../../policies/engine/schema";
import { dnsLabel, port, quantity, urlPath } from "../../policies/engine/values";
import { accessSettings } from "../access";
import { quotaSettings } from "../namespace";
import { replicaSettings, resourceSettings, workloadName } from "../workload";

/** The x0tta6bl4 platform itself. */
export const platformSettings = object({
    namespace: dnsLabel,
    app: withDefault(workloadName, "x0tta6bl4"),
    owner: withDefault(dnsLabel, "platform-team"),
    port: withDefault(port, 8080),
    metricsPath: withDefault(urlPath, "/metrics"),
    /** Port of `metricsPath` alone, in the clear, for Prometheus and the kubelet; the same as `port` unless set. */
    metricsPort: optional(port),
    replicas: replicaSettings,
    resources: resourceSettings,
    quota: quotaSettings,
    access: accessSettings,
    /** A Secret of the namespace, mounted read-only at `/etc/<name>`. */
    secretName: optional(dnsLabel),
    /**
     * Envoy beside the platform: mutual TLS with its SVID at a port of its own, for programs that speak plain HTTP. Its image is
     * images.overrides.envoy, with its digest. None unless set.
     */
    proxy: optional(
        object({
            /** Accounts that may call, by their SVIDs; the network is open to the labels of their pods, or to their whole namespace. */
            callers: listOf(
                object({ namespace: dnsLabel, serviceAccount: dnsLabel, labels: optional(mapOf(text())) }),
                1,
            ),
            port: withDefault(port, 8443),
            /** Port of the proxy's own metrics. */
            metricsPort: withDefault(port, 9902),
            cpu: withDefault(quantity, "500m"),
            memory: withDefault(quantity, "128Mi"),
        }),
    ),
});

export type PlatformSettings = Read<typeof platformSettings>;
