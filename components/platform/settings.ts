import type { Read } from "../../policies/engine/schema";
import { object, optional, withDefault } from "../../policies/engine/schema";
import { dnsLabel, port, urlPath } from "../../policies/engine/values";
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
});

export type PlatformSettings = Read<typeof platformSettings>;
