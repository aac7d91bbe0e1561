import type { KeyObject } from "node:crypto";

import type { Bundle } from "@sigstore/bundle";

import { isObj, obj } from "../../policies/kubernetes/kube";
import type { Identity, Trust } from "./trust";

/** The payload type of in-toto's statements in an envelope: https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** What a signed file holds. */
export interface Signed {
    readonly payload: Buffer;
    readonly bundle: Bundle;
}

/** Why a signature counts for nothing, fit to be shown. */
export class SignatureError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "SignatureError";
    }
}

/** Whether the content of a file is signed: a DSSE envelope, or a bundle of Sigstore's around one. */
export function isSigned(content: unknown): boolean {
    const { payload, dsseEnvelope, messageSignature, mediaType } = obj(content);
    return [payload, dsseEnvelope, messageSignature].some((part) => part !== undefined) || isText(mediaType);
}

function isText(value: unknown): boolean {
    return typeof value === "string";
}

/**
 * Opens a DSSE envelope or a bundle. Its signature is not looked at.
 *
 * @throws SignatureError where it is neither, or holds no in-toto statement
 */
export async function open(content: unknown): Promise<Signed> {
    const { bundleFromJSON } = await import("@sigstore/bundle");
    let bundle: Bundle;
    try {
        bundle = bundleFromJSON(isObj(content) && "payload" in content ? bundled(content) : content);
    } catch {
        throw new SignatureError("is neither a DSSE envelope with one signature nor a bundle of Sigstore's");
    }
    if (bundle.content.$case !== "dsseEnvelope" || bundle.content.dsseEnvelope.payloadType !== PAYLOAD_TYPE) {
        throw new SignatureError(`holds no statement: its payload is not ${PAYLOAD_TYPE}`);
    }
    return { payload: bundle.content.dsseEnvelope.payload, bundle };
}

/** An envelope by itself as a bundle that a key has signed. */
function bundled(envelope: unknown): object {
    return {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        verificationMaterial: { publicKey: { hint: "" }, tlogEntries: [] },
        dsseEnvelope: envelope,
    };
}

/**
 * Verifies a signature without asking anybody: by a key of the policy, or by a certificate of an identity that it names and
 * the logs of its trusted root.
 *
 * @returns who has signed, in words
 * @throws SignatureError where nobody who is believed has
 */
export async function signerOf({ bundle }: Signed, trust: Trust): Promise<string> {
    if (isByKey(bundle)) {
        return `key ${(await byKey(bundle, trust.keys)).name}`;
    }
    return (await byIdentity(bundle, trust.identities, trust.trustedRoot)).subject;
}

/**
 * Verifies whose signature of a file a bundle of Sigstore's is, as `cosign sign-blob --bundle` writes it; nobody is asked.
 *
 * @returns the name of the person, as the policy has it
 * @throws SignatureError where it is of nobody among the people of the policy, or of another file
 */
export async function personOf(content: unknown, file: Buffer, { people, trustedRoot }: Trust): Promise<string> {
    const { bundleFromJSON } = await import("@sigstore/bundle");
    let bundle: Bundle;
    try {
        bundle = bundleFromJSON(content);
    } catch {
        throw new SignatureError("is no bundle of Sigstore's");
    }
    if (bundle.content.$case !== "messageSignature") {
        throw new SignatureError("is no signature of a file: it holds a statement of its own");
    }
    const keys = people.flatMap((one) => ("key" in one ? one : []));
    const identities = people.flatMap((one) => ("subject" in one ? one : []));
    return isByKey(bundle)
        ? (await byKey(bundle, keys, file)).name
        : (await byIdentity(bundle, identities, trustedRoot, file)).name;
}

function isByKey(bundle: Bundle): boolean {
    return bundle.verificationMaterial.content.$case === "publicKey";
}

async function byKey<K extends { readonly key: KeyObject }>(
    bundle: Bundle,
    keys: readonly K[],
    file?: Buffer,
): Promise<K> {
    const { toSignedEntity, toTrustMaterial, Verifier } = await import("@sigstore/verify");
    // A key is believed by itself: neither a log nor a time has to speak for it.
    const entity = { ...toSignedEntity(bundle, file), tlogEntries: [], timestamps: [] };
    for (const one of keys) {
        const material = toTrustMaterial(NO_ROOT, () => ({ publicKey: one.key, validFor: () => true }));
        try {
            new Verifier(material, { tlogThreshold: 0, timestampThreshold: 0, ctlogThreshold: 0 }).verify(entity);
            return one;
        } catch {
            // Another key may have.
        }
    }
    throw new SignatureError("is signed by no key that is trusted, or was changed since");
}

const NO_ROOT = { mediaType: "", tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };

async function byIdentity<I extends Identity>(
    bundle: Bundle,
    identities: readonly I[],
    trustedRoot: unknown,
    file?: Buffer,
): Promise<I> {
    if (trustedRoot === undefined) {
        throw new SignatureError("is signed by a certificate, and no trustedRoot says whose are trusted");
    }
    const { toSignedEntity, toTrustMaterial, Verifier } = await import("@sigstore/verify");
    const { TrustedRoot } = await import("@sigstore/protobuf-specs");
    try {
        const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(trustedRoot)));
        const { identity } = verifier.verify(toSignedEntity(bundle, file));
        const { subjectAlternativeName: subject = "nobody" } = identity ?? {};
        const issuer = identity?.extensions?.issuer ?? "nobody";
        const known = identities.find((one) => one.subject === subject && one.issuer === issuer);
        if (known !== undefined) {
            return known;
        }
        throw new SignatureError(`is signed by ${subject} of ${issuer}, who is not trusted`);
    } catch (error) {
        if (error instanceof SignatureError) {
            throw error;
        }
        throw new SignatureError(
            `has a signature that does not verify (${error instanceof Error ? error.message : String(error)})`,
        );
    }
}
