import type { Read } from "../../policies/engine/schema";
import { listOf, object, text, union } from "../../policies/engine/schema";
import { dnsLabel } from "../../policies/engine/values";

/** A ServiceAccount that may call the platform. */
const caller = object({ namespace: dnsLabel, serviceAccount: dnsLabel });

/**
 * The stack's settings for a service mesh that the cluster brings. `none` unless set: the platform's own mutual TLS needs no
 * mesh.
 */
export const meshSettings = union("kind", {
    none: {},
    /** Istio with SPIRE as its identity provider: sidecars take their SVIDs from the Workload API. */
    istio: { callers: listOf(caller, 1) },
    /** Linkerd with its own identity authority. */
    linkerd: {
        callers: listOf(caller, 1),
        /** Trust domain of Linkerd's identities. */
        trustDomain: text("a trust domain", /^[a-z0-9._-]{1,255}$/),
    },
});

/** A mesh that is in use. */
export type MeshSettings = Exclude<Read<typeof meshSettings>, { readonly kind: "none" }>;
