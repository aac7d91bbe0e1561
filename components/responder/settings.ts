import type { Read } from "../../policies/engine/schema";
import { boolean, listOf, mapOf, object, oneOf, optional, text, withDefault } from "../../policies/engine/schema";
import { cidr, dnsLabel, port, quantity } from "../../policies/engine/values";

const spiffeId = text(
    "a SPIFFE ID such as spiffe://example.org/ns/a/sa/b",
    /^spiffe:\/\/[a-z0-9._-]+\/[A-Za-z0-9._/-]+$/,
);

/** Host, port, path: nothing that would be a secret or a query. */
const HTTP_URL = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~/-]*)?$/;

const httpsUrl = text(
    "an https URL of a bucket or folder, such as https://s3.example.org/evidence",
    /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~/-]*)?$/,
);

/** The responder: what contains incidents. */
export const responderSettings = withDefault(
    object({
        enabled: withDefault(boolean(), false),
        /**
         * What closes the network of an isolated pod: its labels, which are taken off, and with `engine` also a cluster-wide policy of
         * Cilium or Calico that denies. Some platforms serve none, such as GKE unless its option for them is on: there it is `labels`.
         */
        quarantine: withDefault(oneOf("engine", "labels"), "engine"),
        /** A namespace of its own, which this program makes and closes. */
        namespace: withDefault(dnsLabel, "responder"),
        /** `observe` writes down what it would do, `propose` asks, `act` acts. */
        mode: withDefault(oneOf("observe", "propose", "act"), "observe"),
        /** Nothing is changed any more; undoing goes on. */
        killSwitch: withDefault(boolean(), false),
        /** Groups of the cluster's identity provider that see incidents, approve, undo and confirm. */
        responders: withDefault(listOf(text()), []),
        /** The SPIFFE ID in falcosidekick's client certificate. Its trust domain is that of the secrets manager, and not SPIRE's. */
        falcosidekick: withDefault(spiffeId, "spiffe://certificates.internal/falcosidekick"),
        /** Alertmanager, where it sends alerts here by a certificate of the same authority. */
        alertmanager: optional(object({ spiffeId, namespace: withDefault(dnsLabel, "monitoring") })),
        /** A probe in a namespace of others that reports here what it couldn't prove. The program's own canary does so by its alerts. */
        canary: optional(object({ spiffeId, namespace: dnsLabel })),
        /**
         * Lets it revoke registrations, ban agents and rotate the authority. SPIRE knows no administrator who may only revoke: whoever takes the
         * responder over can issue identities. `spire.server.adminIds` must name it too.
         */
        spireAdministrator: withDefault(boolean(), false),
        /** Namespaces beside its own whose ConfigMap `revoked-identities` it keeps, for peers that mount it there; they must exist. */
        denyLists: withDefault(listOf(dnsLabel), []),
        /** S3-compatible store that keeps evidence when the pod is gone. */
        evidenceStore: optional(
            object({
                /** Bucket or folder below which each piece is put. */
                url: httpsUrl,
                region: withDefault(text("a region such as eu-central-1", /^[a-z0-9-]{1,64}$/), "us-east-1"),
                /** Address ranges of the store. */
                cidrs: listOf(cidr, 1),
                /** Secret in its namespace with `access-key-id`, `secret-access-key` and, for a private authority, `ca.crt`. */
                secret: withDefault(dnsLabel, "responder-evidence"),
            }),
        ),
        /** OpenTelemetry collector in the cluster that takes OTLP over HTTP: spans from an event to the last action. */
        traces: optional(
            object({
                /** Such as http://collector.monitoring.svc:4318/v1/traces. */
                url: text("an http or https URL such as http://collector.monitoring.svc:4318/v1/traces", HTTP_URL),
                /** Where its pods are, their labels, and the port at which they take it. */
                namespace: dnsLabel,
                labels: mapOf(text()),
                port: withDefault(port, 4318),
            }),
        ),
        cpu: withDefault(quantity, "500m"),
        memory: withDefault(quantity, "256Mi"),
    }),
    {},
);

export type ResponderSettings = Read<typeof responderSettings>;
