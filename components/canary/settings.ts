import type { Read } from "../../policies/engine/schema";
import { boolean, integer, object, withDefault } from "../../policies/engine/schema";
import { dnsLabel, quantity } from "../../policies/engine/values";

/** The canary: two probes that prove identities and mutual TLS between namespaces. */
export const canarySettings = withDefault(
    object({
        enabled: withDefault(boolean(), false),
        /** A namespace of its own, which this program makes and closes. */
        namespace: withDefault(dnsLabel, "canary"),
        /** Seconds between two calls. */
        intervalSeconds: withDefault(integer(1, 86_400), 30),
        cpu: withDefault(quantity, "200m"),
        memory: withDefault(quantity, "128Mi"),
    }),
    {},
);

export type CanarySettings = Read<typeof canarySettings>;
