import type { Read } from "../../policies/engine/schema";
import {
    boolean,
    listOf,
    mapOf,
    object,
    oneOf,
    optional,
    text,
    union,
    withDefault,
} from "../../policies/engine/schema";
import { dnsLabel } from "../../policies/engine/values";

/** What the cluster does with an object that breaks a control. */
const action = oneOf("audit", "warn", "deny", "off");

/** How cosign stores a signature: `bundle` since its version 3, `legacy` before. */
const signatureFormat = oneOf("legacy", "bundle");

export type AdmissionAction = Read<typeof action>;

/** Who has to have signed an image before it may run. */
const signer = union("kind", {
    /** A workload that a provider of identities knows, by a certificate of Sigstore's public authority (cosign, keyless). */
    keyless: {
        issuer: text("an https:// address", /^https:\/\/[^\s/]+/),
        /** The whole name, e.g. of a workflow at one ref; a pattern would trust whoever can make a name that fits. */
        subject: text(),
        format: withDefault(signatureFormat, "legacy"),
    },
    /** Whoever may use a key that never leaves a key management service. */
    kms: {
        key: text(
            "a key's address that starts with awskms://, gcpkms://, azurekms:// or hashivault://",
            /^(?:awskms:\/\/[^\s/]*\/arn:aws[a-z-]*:kms:|gcpkms:\/\/projects\/|azurekms:\/\/[^\s/]+\/|hashivault:\/\/)\S+$/,
        ),
        /** Whether the signature must also be in Sigstore's public log, where its use can't be hidden. */
        transparencyLog: withDefault(boolean(), true),
        format: withDefault(signatureFormat, "legacy"),
    },
    /** Insecure: the image is admitted without any signature. For images whose publisher signs nothing. */
    none: { reason: text() },
});

export type Signer = Read<typeof signer>;

/** Signatures of images, which sigstore policy-controller verifies. Off unless set. */
const signatureSettings = object({
    /** Says that policy-controller runs in the cluster, fails closed, and refuses what no policy speaks of. */
    controllerInstalled: boolean(),
    /** The namespaces whose images are verified. */
    namespaces: listOf(dnsLabel, 1),
    /** Who signs each image that these namespaces run, by the image's name in components/images/index.ts. */
    images: mapOf(signer),
});

export type SignatureSettings = Read<typeof signatureSettings>;

/** The stack's settings for admission. */
export const admissionSettings = withDefault(
    object({
        /** For every control that has an admission counterpart. */
        action: withDefault(action, "warn"),
        /** For single controls, by name. */
        controls: withDefault(mapOf(action), {}),
        /** Users whose changes are never judged, besides the API server itself; for the operators of the cluster's own parts. */
        exemptUsers: withDefault(listOf(text()), []),
        /**
         * The registries whose images may run, as the control images-from-allowed-registries takes them; one that ends within a
         * name admits no longer one. Nothing is refused for its registry unless set.
         */
        registries: optional(listOf(text(), 1)),
        signatures: optional(signatureSettings),
    }),
    {},
);

export type AdmissionSettings = Read<typeof admissionSettings>;
