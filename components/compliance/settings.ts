import type { Read } from "../../policies/engine/schema";
import { integer, listOf, mapOf, object, optional, refined, text, withDefault } from "../../policies/engine/schema";
import { cronSchedule, dnsLabel, port, quantity } from "../../policies/engine/values";

/** The stack's settings for the job that looks at its own cluster: how often, and where what it finds is published. */
export const complianceSettings = refined(
    object({
        /** A namespace of its own, which this program makes and closes. */
        namespace: withDefault(dnsLabel, "compliance"),
        schedule: withDefault(cronSchedule, "41 4 * * *"),
        /** Minutes until one run is given up. */
        minutes: withDefault(integer(1, 720), 30),
        /** A push gateway in the cluster that takes the score. */
        gateway: optional(
            object({
                namespace: withDefault(dnsLabel, "monitoring"),
                service: withDefault(dnsLabel, "prometheus-pushgateway"),
                labels: withDefault(mapOf(text()), { "app.kubernetes.io/name": "prometheus-pushgateway" }),
                port: withDefault(port, 9091),
            }),
        ),
        /** A PersistentVolumeClaim of the same namespace in which a textfile collector finds the score as `compliance.prom`. */
        textfile: optional(object({ claim: dnsLabel })),
        /** A PersistentVolumeClaim of the same namespace with statements of what ran elsewhere: tests, scanners, jobs. */
        statements: optional(object({ claim: dnsLabel })),
        /** Secret of the same namespace with the private key, in PEM, that signs what is seen; checklist/trust.yaml names the public one. */
        signingKey: optional(object({ secret: dnsLabel, key: withDefault(text(), "key.pem") })),
        /** Room for former reports. */
        storage: withDefault(quantity, "1Gi"),
        /** Left out where the cluster has a default. */
        storageClass: optional(dnsLabel),
        /** Kinds that the cluster has beside the usual ones, to be listed too; what can't be is told of as not seen. */
        reads: withDefault(listOf(object({ group: text(), resources: listOf(dnsLabel, 1) })), []),
        cpu: withDefault(quantity, "1"),
        memory: withDefault(quantity, "1Gi"),
    }),
    ({ gateway, textfile }) =>
        gateway === undefined && textfile === undefined
            ? "must say where the score is published: by gateway, textfile or both"
            : undefined,
);

export type ComplianceSettings = Read<typeof complianceSettings>;
