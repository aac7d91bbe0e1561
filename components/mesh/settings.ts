import type { Read } from "../../policies/engine/schema";
import { boolean, listOf, mapOf, object, optional, text, union, withDefault } from "../../policies/engine/schema";
import { dnsLabel } from "../../policies/engine/values";

/** A ServiceAccount that may call the application. */
const caller = {
    namespace: dnsLabel,
    serviceAccount: dnsLabel,
    /** Labels of its pods, to which the network is opened; every pod of the namespace unless set. */
    labels: optional(mapOf(text())),
};

/**
 * The stack's settings for a service mesh that the cluster brings. `none` unless set: the application's own mutual TLS needs no
 * mesh.
 */
export const meshSettings = union("kind", {
    none: {},
    /** Istio with SPIRE as its identity provider: sidecars take their SVIDs from the Workload API. */
    istio: {
        callers: listOf(
            object({
                ...caller,
                /** Gives its pods the identity they call with; false where they have an entry already. */
                register: withDefault(boolean(), true),
            }),
            1,
        ),
        /** Where istiod runs. */
        namespace: withDefault(dnsLabel, "istio-system"),
        /** Labels of istiod's pods. */
        labels: withDefault(mapOf(text()), { app: "istiod" }),
    },
    /** Linkerd with its own identity authority. */
    linkerd: {
        callers: listOf(object(caller), 1),
        /** Trust domain of Linkerd's identities. */
        trustDomain: text("a trust domain", /^[a-z0-9._-]{1,255}$/),
        /** Where Linkerd's control plane runs. */
        namespace: withDefault(dnsLabel, "linkerd"),
    },
});

/** A mesh that is in use. */
export type MeshSettings = Exclude<Read<typeof meshSettings>, { readonly kind: "none" }>;
