import { X509Certificate } from "node:crypto";

import { requireBoolean, requireBytes, requireDate, requireInstance, requireList, requireNames } from "./arguments.js";
import { X509BundleSet } from "./bundle.js";
import type { CertificateFacts } from "./certificate.js";
import { KeyUsage, readCertificate } from "./certificate.js";
import { SpiffeIdError, X509VerificationError } from "./errors.js";
import { SpiffeId } from "./id.js";
import { checkCritical, checkValidity, PathBuilder, refusal } from "./path.js";

/** Most certificates a peer may present; a deeper hierarchy is an attack on our time. */
export const MAX_CHAIN_LENGTH = 10;

/** What {@link verifyX509Svid} can be told. */
export interface VerifyOptions {
    /** The moment to judge validity at; the present by default. */
    readonly now?: Date;
    /**
     * Refuses as well what RFC 5280 and SPIFFE-ID allow but go-spiffe refuses: a host in an excluded URI constraint bars the hosts below
     * it too, self-issued authorities count in path lengths and are held to name constraints, and an ID in a certificate must be in
     * lower case up to its path.
     *
     * @default false
     */
    readonly strict?: boolean;
}

/** What {@link verifyX509Svid} found. */
export interface VerifiedSvid {
    readonly id: SpiffeId;
    /** The path found: leaf first, the trust anchor of the bundle last. */
    readonly chain: readonly X509Certificate[];
}

/**
 * Validates a presented chain as an X.509-SVID (X509-SVID section 5, RFC 5280 section 6): the leaf names exactly one workload
 * SPIFFE ID and may not sign certificates, and a path leads from it to an authority of **its own** trust domain's bundle.
 *
 * @param presented leaf first, as received; the order of the others doesn't matter
 * @param bundles only the one of the leaf's trust domain is used
 * @throws {SpiffeError} an {@link X509VerificationError} whose `code` says why, or an `ArgumentError`
 */
export function verifyX509Svid(
    presented: readonly X509Certificate[] | readonly Uint8Array[],
    bundles: X509BundleSet,
    options: VerifyOptions = {},
): VerifiedSvid {
    checkArguments(presented, bundles, options);
    if (presented.length > MAX_CHAIN_LENGTH) {
        throw refusal(
            "chain_too_long",
            `${presented.length} certificates were presented, at most ${MAX_CHAIN_LENGTH} are taken`,
        );
    }
    const [leaf, ...others] = presented.map(readCertificate);
    if (leaf === undefined) {
        throw refusal("empty_chain", "no certificate was presented");
    }
    const id = idOf(leaf);
    const now = (options.now ?? new Date()).getTime();
    const strict = options.strict === true;
    if (strict && leaf.uris[0] !== id.toString()) {
        throw refusal("invalid_id", `${id}: the certificate writes it with capitals outside the path`);
    }
    checkLeaf(leaf, id);
    checkValidity(leaf, now, id.toString());
    const bundle = bundles.get(id.trustDomain);
    if (bundle === undefined) {
        throw refusal("no_bundle", `${id}: there is no bundle of trust domain ${id.trustDomain}`);
    }
    const path = new PathBuilder(id, bundle, others, now, strict).find(leaf);
    return { id, chain: Object.freeze(path.map((facts) => facts.certificate)) };
}

function checkArguments(presented: unknown, bundles: unknown, options: unknown): void {
    for (const certificate of requireList(presented, "presented")) {
        if (!(certificate instanceof X509Certificate)) {
            requireBytes(certificate, "each of presented");
        }
    }
    requireInstance(bundles, X509BundleSet, "bundles");
    requireNames(options, ["now", "strict"], "options");
    const { now, strict } = (options ?? {}) as VerifyOptions;
    if (strict !== undefined) {
        requireBoolean(strict, "options.strict");
    }
    if (now !== undefined) {
        // By a clock that shows no time nothing would ever be expired.
        requireDate(now, "options.now");
    }
}

/** The SPIFFE ID in a certificate's only URI SAN (X509-SVID section 2). */
export function idOf(facts: CertificateFacts): SpiffeId {
    const [uri, ...more] = facts.uris;
    if (uri === undefined) {
        throw refusal("no_uri_san", "the certificate has no URI SAN, so it names no SPIFFE ID");
    }
    if (more.length > 0) {
        throw refusal("many_uri_sans", `the certificate has ${facts.uris.length} URI SANs, exactly one is allowed`);
    }
    try {
        return SpiffeId.parse(uri);
    } catch (error) {
        if (error instanceof SpiffeIdError) {
            throw new X509VerificationError("invalid_id", error.message, { cause: error });
        }
        throw error;
    }
}

/** What X509-SVID sections 4 and 5.2 ask of a leaf. */
export function checkLeaf(leaf: CertificateFacts, id: SpiffeId): void {
    if (leaf.ca) {
        throw refusal("ca_leaf", `${id}: the leaf is a certificate authority`);
    }
    if (id.path === "") {
        throw refusal("root_path", `${id} names a trust domain, not a workload`);
    }
    if (leaf.keyUsage === undefined || !leaf.keyUsage.has(KeyUsage.digitalSignature)) {
        throw refusal("key_usage", `${id}: the leaf's key usage lacks digitalSignature`);
    }
    if (leaf.keyUsage.has(KeyUsage.keyCertSign) || leaf.keyUsage.has(KeyUsage.cRLSign)) {
        throw refusal("key_usage", `${id}: the leaf's key usage allows to sign certificates or revocation lists`);
    }
    if (!leaf.allowsTls) {
        throw refusal("ext_key_usage", `${id}: the leaf's extended key usage allows neither serverAuth nor clientAuth`);
    }
    checkCritical(leaf, id.toString());
}
