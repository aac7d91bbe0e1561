import type { Read } from "../../policies/engine/schema";
import { listOf, mapOf, mapped, object, optional, refined, text, withDefault } from "../../policies/engine/schema";
import { dnsLabel, port, quantity, urlPath } from "../../policies/engine/values";
import { accessSettings } from "../access";
import { ownImage } from "../images";
import { meshSettings } from "../mesh/settings";
import { quotaSettings } from "../namespace";
import { shieldSettings } from "../shield/settings";
import { trustDomain } from "../spire/settings";
import { replicaSettings, resourceSettings, workloadName } from "../workload";

/** What may be set of any application. */
const common = {
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
    /** Trust domains of spire.federatedTrustDomains whose workloads it can verify: their bundles come with its identity. */
    federatesWith: withDefault(listOf(trustDomain), []),
    /**
     * Envoy beside the application: mutual TLS with its SVID at a port of its own, for programs that speak plain HTTP. Its image is
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
} as const;

/** The x0tta6bl4 platform itself. */
export const platformSettings = object({
    namespace: dnsLabel,
    app: withDefault(workloadName, "x0tta6bl4"),
    ...common,
});

export type PlatformSettings = Read<typeof platformSettings>;

const application = object({
    namespace: dnsLabel,
    /** Name of its Deployment, Service, ServiceAccount and job; that of its entry unless set. */
    app: optional(workloadName),
    image: ownImage,
    ...common,
    /** The way in from outside; none unless set. */
    shield: optional(shieldSettings),
    /** Its part in a service mesh that the cluster brings; none unless set. */
    mesh: withDefault(meshSettings, { kind: "none" }),
});

/** Applications by name, each with what the platform has in settings of the whole stack: its image, its way in, its mesh. */
export const applicationsSettings = withDefault(
    mapped(
        refined(mapOf(application), (all) => {
            const wrong = Object.keys(all).filter((name) => {
                const faults: string[] = [];
                workloadName.read(name, name, faults);
                return faults.length > 0;
            });
            return wrong.length === 0
                ? undefined
                : `names ${wrong.map((name) => `"${name}"`).join(", ")}; a name must be ${workloadName.expected}`;
        }),
        (all) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...one, app: one.app ?? name }])),
    ),
    {},
);

export type ApplicationsSettings = Read<typeof applicationsSettings>;
