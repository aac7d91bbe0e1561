import type { KeyObject, X509Certificate } from "node:crypto";

import type { X509Bundle } from "./bundle.js";
import type { CertificateFacts, GeneralName } from "./certificate.js";
import { KeyUsage, readCertificate } from "./certificate.js";
import type { X509VerificationCode } from "./errors.js";
import { SpiffeError, X509VerificationError } from "./errors.js";
import type { SpiffeId } from "./id.js";
import { constraintFault } from "./nameconstraints.js";

/** Most signatures checked for one chain: enough for every order of {@link MAX_CHAIN_LENGTH} certificates that makes sense. */
const MAX_SIGNATURE_CHECKS = 200;

const MIN_RSA_BITS = 2048;

/** The curves of ECDSA keys that are taken, in OpenSSL's words: those of NIST from 128 bits of strength on (SP 800-186), as TLS 1.3 has. */
const CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/**
 * Signature algorithms trusted in certificates: RSA and ECDSA with SHA-2, Ed25519, and ML-DSA (FIPS 204) by
 * the OIDs of RFC 8017, RFC 5758, RFC 8410 and RFC 9881. OpenSSL itself would still take SHA-1.
 */
const SIGNATURE_ALGORITHMS: ReadonlySet<string> = new Set([
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.3",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
    "1.3.101.112",
    "2.16.840.1.101.3.4.3.17",
    "2.16.840.1.101.3.4.3.18",
    "2.16.840.1.101.3.4.3.19",
]);

/** An error that says why a chain is refused. */
export function refusal(code: X509VerificationCode, message: string): X509VerificationError {
    return new X509VerificationError(code, message);
}

/** Nothing critical may be left that we don't know (RFC 5280 section 4.2). @throws {X509VerificationError} */
export function checkCritical(facts: CertificateFacts, subject: string): void {
    if (facts.unknownCritical.length > 0) {
        throw refusal(
            "unknown_critical_extension",
            `${subject}: critical extension ${facts.unknownCritical.join(", ")} is unknown`,
        );
    }
}

/** @throws {X509VerificationError} unless `now`, in milliseconds of the Unix epoch, is within the validity */
export function checkValidity(facts: CertificateFacts, now: number, subject: string): void {
    if (now < facts.notBefore) {
        throw refusal("not_yet_valid", `${subject}: not valid before ${new Date(facts.notBefore).toISOString()}`);
    }
    if (now > facts.notAfter) {
        throw refusal("expired", `${subject}: expired at ${new Date(facts.notAfter).toISOString()}`);
    }
}

/** What RFC 5280 section 6.1.4 asks of a certificate that issued another. */
function checkIssuer(issuer: CertificateFacts, subject: string): void {
    if (!issuer.ca) {
        throw refusal(
            "not_a_ca",
            `${subject}: a certificate in the path is no certificate authority but issued another`,
        );
    }
    if (issuer.keyUsage !== undefined && !issuer.keyUsage.has(KeyUsage.keyCertSign)) {
        throw refusal("key_usage", `${subject}: an authority in the path lacks keyCertSign`);
    }
}

/**
 * Depth-first search for a path (RFC 5280 section 6). Names only suggest an issuer; the signature decides. So several authorities with one name are no
 * obstacle, and neither are missing key identifiers, which SPIFFE doesn't ask for.
 */
export class PathBuilder {
    private readonly anchors: readonly CertificateFacts[];
    private readonly subject: string;
    private checksLeft = MAX_SIGNATURE_CHECKS;
    /** The fault of the path that came furthest: more telling than "untrusted". */
    private closest: X509VerificationError | undefined;

    constructor(
        id: SpiffeId,
        bundle: X509Bundle,
        private readonly intermediates: readonly CertificateFacts[],
        private readonly now: number,
        private readonly strict: boolean,
    ) {
        this.subject = id.toString();
        this.anchors = bundle.authorities.flatMap(readAnchor);
    }

    find(leaf: CertificateFacts): CertificateFacts[] {
        const path = this.extend([leaf]);
        if (path === undefined) {
            throw (
                this.closest ??
                refusal(
                    "untrusted",
                    `${this.subject}: no authority of its trust domain's bundle stands behind the chain`,
                )
            );
        }
        return path;
    }

    private extend(path: readonly CertificateFacts[]): CertificateFacts[] | undefined {
        const last = path[path.length - 1];
        if (last === undefined || !SIGNATURE_ALGORITHMS.has(last.signatureAlgorithm)) {
            return undefined;
        }
        for (const anchor of this.anchors) {
            if (this.accepts(path, last, anchor)) {
                return [...path, anchor];
            }
        }
        for (const candidate of this.intermediates) {
            if (!path.includes(candidate) && this.accepts(path, last, candidate)) {
                const found = this.extend([...path, candidate]);
                if (found !== undefined) {
                    return found;
                }
            }
        }
        return undefined;
    }

    /** Whether `issuer` signed `last` and may stand above `path`. */
    private accepts(path: readonly CertificateFacts[], last: CertificateFacts, issuer: CertificateFacts): boolean {
        if (Buffer.compare(last.issuer, issuer.subject) !== 0 || !this.signed(last, issuer)) {
            return false;
        }
        try {
            checkIssuer(issuer, this.subject);
            checkCritical(issuer, this.subject);
            checkValidity(issuer, this.now, `${this.subject}: an authority in the path`);
            checkPathLength(path, issuer, this.subject, this.strict);
            checkNames(path, issuer, this.subject, this.strict);
            return true;
        } catch (error) {
            if (!(error instanceof SpiffeError)) {
                throw error;
            }
            this.closest ??=
                error instanceof X509VerificationError
                    ? error
                    : new X509VerificationError("malformed", `${this.subject}: ${error.message}`, { cause: error });
            return false;
        }
    }

    private signed(certificate: CertificateFacts, issuer: CertificateFacts): boolean {
        if (this.checksLeft === 0) {
            throw refusal(
                "untrusted",
                `${this.subject}: no path found within ${MAX_SIGNATURE_CHECKS} signature checks`,
            );
        }
        this.checksLeft -= 1;
        try {
            const key = issuer.certificate.publicKey;
            return isStrong(key) && certificate.certificate.verify(key);
        } catch {
            // OpenSSL can't read the key or knows no way to verify with it: it signed nothing.
            return false;
        }
    }
}

function isStrong({ asymmetricKeyDetails: details }: KeyObject): boolean {
    const { modulusLength = MIN_RSA_BITS, namedCurve } = details ?? {};
    return modulusLength >= MIN_RSA_BITS && (namedCurve === undefined || CURVES.has(namedCurve));
}

/** An authority we can't read vouches for nobody, but doesn't take the rest of its bundle down. */
function readAnchor(authority: X509Certificate): CertificateFacts[] {
    try {
        return [readCertificate(authority)];
    } catch (error) {
        if (error instanceof X509VerificationError) {
            return [];
        }
        throw error;
    }
}

/** RFC 5280 section 4.2.1.9: the number of authorities between this one and the leaf, self-issued ones not counted. */
function checkPathLength(
    path: readonly CertificateFacts[],
    issuer: CertificateFacts,
    subject: string,
    strict: boolean,
): void {
    const below = path.slice(1).filter((facts) => strict || !facts.selfIssued).length;
    if (issuer.pathLength !== undefined && below > issuer.pathLength) {
        throw refusal(
            "path_length",
            `${subject}: ${below} authorities stand below one that allows ${issuer.pathLength}`,
        );
    }
}

/** RFC 5280 section 4.2.1.10: subject and SANs of everything below, save self-issued authorities. */
function checkNames(
    path: readonly CertificateFacts[],
    issuer: CertificateFacts,
    subject: string,
    strict: boolean,
): void {
    if (issuer.nameConstraints === undefined) {
        return;
    }
    for (const [depth, facts] of path.entries()) {
        if (!strict && depth > 0 && facts.selfIssued) {
            continue;
        }
        const directoryName: GeneralName = { type: 4, content: facts.subject };
        const fault = constraintFault(issuer.nameConstraints, [...facts.names, directoryName], strict);
        if (fault !== undefined) {
            throw refusal("name_constraints", `${subject}: ${fault} by an authority's name constraints`);
        }
    }
}
