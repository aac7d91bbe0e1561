import type { Read } from "../../policies/engine/schema";
import { boolean, listOf, object, oneOf, optional, text, withDefault } from "../../policies/engine/schema";
import { dnsLabel, quantity } from "../../policies/engine/values";

const spiffeId = text(
    "a SPIFFE ID such as spiffe://example.org/ns/a/sa/b",
    /^spiffe:\/\/[a-z0-9._-]+\/[A-Za-z0-9._/-]+$/,
);

/** The responder: what contains incidents. */
export const responderSettings = withDefault(
    object({
        enabled: withDefault(boolean(), false),
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
        cpu: withDefault(quantity, "500m"),
        memory: withDefault(quantity, "256Mi"),
    }),
    {},
);

export type ResponderSettings = Read<typeof responderSettings>;
