import { X509Certificate } from "node:crypto";

import { DerError, X509VerificationError } from "./errors.js";
import { DerReader, Tag, derAscii, derBits, derBoolean, derOid, derTime, derUint, openDer, soleDer } from "./der.js";
import type { NameConstraints } from "./nameconstraints.js";
import { parseNameConstraints } from "./nameconstraints.js";

/** Bits of the key usage extension (RFC 5280 section 4.2.1.3). */
export const KeyUsage = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 } as const;

/** Key purposes that let a certificate authenticate a TLS peer (RFC 5280 section 4.2.1.12). */
const TLS_PURPOSES: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"]);

const Oid = {
    keyUsage: "2.5.29.15",
    subjectAltName: "2.5.29.17",
    basicConstraints: "2.5.29.19",
    nameConstraints: "2.5.29.30",
    certificatePolicies: "2.5.29.32",
    extendedKeyUsage: "2.5.29.37",
    rsaPss: "1.2.840.113549.1.1.10",
} as const;

/** Extensions a critical mark of which we can honour. Policies are honoured by asking for none. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
    Oid.keyUsage,
    Oid.subjectAltName,
    Oid.basicConstraints,
    Oid.nameConstraints,
    Oid.certificatePolicies,
    Oid.extendedKeyUsage,
]);

/** Largest certificate read; an ML-DSA-87 certificate has about 8 KB. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;

/** A GeneralName by its context tag number: 1 email, 2 DNS, 6 URI, 7 IP, others raw. */
export interface GeneralName {
    readonly type: number;
    readonly content: Uint8Array;
}

/** What node:crypto doesn't tell of a certificate, read from its DER. */
export interface CertificateFacts {
    readonly certificate: X509Certificate;
    /** DER of the issuer and subject names, to be compared byte for byte. */
    readonly issuer: Uint8Array;
    readonly subject: Uint8Array;
    readonly selfIssued: boolean;
    readonly notBefore: number;
    readonly notAfter: number;
    /** Dotted OID; for RSASSA-PSS followed by the OID of the hash. */
    readonly signatureAlgorithm: string;
    readonly ca: boolean;
    readonly pathLength: number | undefined;
    /** Undefined when the extension is absent. */
    readonly keyUsage: ReadonlySet<number> | undefined;
    /** False when there is an extended key usage and it leaves TLS out. */
    readonly allowsTls: boolean;
    readonly names: readonly GeneralName[];
    readonly uris: readonly string[];
    readonly nameConstraints: NameConstraints | undefined;
    /** Critical extensions we don't know, dotted. */
    readonly unknownCritical: readonly string[];
}

const cache = new WeakMap<X509Certificate, CertificateFacts>();

/**
 * Reads a certificate: from DER, which must be one certificate and nothing more, or from node's object.
 *
 * @throws {X509VerificationError} `malformed`
 */
export function readCertificate(input: X509Certificate | Uint8Array): CertificateFacts {
    const known = input instanceof X509Certificate ? cache.get(input) : undefined;
    if (known !== undefined) {
        return known;
    }
    try {
        const der = input instanceof X509Certificate ? input.raw : input;
        if (der.length > MAX_CERTIFICATE_BYTES) {
            throw new DerError(`${der.length} bytes, at most ${MAX_CERTIFICATE_BYTES} are read`);
        }
        const structure = readStructure(der);
        const certificate = input instanceof X509Certificate ? input : new X509Certificate(Buffer.from(der));
        const facts: CertificateFacts = { ...structure, certificate };
        cache.set(certificate, facts);
        return facts;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new X509VerificationError("malformed", `a certificate can't be read: ${reason}`, { cause: error });
    }
}

/** Splits concatenated DER certificates, as the Workload API sends chains and bundles. @throws {DerError} also for more than `max` */
export function splitCertificates(bytes: Uint8Array, max: number): Uint8Array[] {
    return new DerReader(bytes).rest(max).map((element) => {
        if (element.tag !== Tag.sequence) {
            throw new DerError(`tag 0x${element.tag.toString(16)} where a certificate is expected`);
        }
        return element.raw;
    });
}

type Structure = Omit<CertificateFacts, "certificate">;

/** Certificate and TBSCertificate (RFC 5280 section 4.1). */
function readStructure(der: Uint8Array): Structure {
    const certificate = openDer(der);
    const tbs = certificate.open();
    const outerAlgorithm = certificate.read(Tag.sequence);
    certificate.read(Tag.bitString);
    certificate.end();

    tbs.optional(Tag.contextConstructed(0));
    tbs.read(Tag.integer);
    const innerAlgorithm = tbs.read(Tag.sequence);
    if (Buffer.compare(innerAlgorithm.raw, outerAlgorithm.raw) !== 0) {
        throw new DerError("the two signature algorithms differ");
    }
    const issuer = tbs.read(Tag.sequence).raw;
    const validity = tbs.open();
    const [notBefore, notAfter] = [derTime(validity.read()), derTime(validity.read())];
    validity.end();
    const subject = tbs.read(Tag.sequence).raw;
    tbs.read(Tag.sequence);
    tbs.optional(Tag.context(1));
    tbs.optional(Tag.context(2));
    const extensions = tbs.optional(Tag.contextConstructed(3));
    tbs.end();
    return {
        issuer,
        subject,
        notBefore,
        notAfter,
        selfIssued: Buffer.compare(issuer, subject) === 0,
        signatureAlgorithm: readAlgorithm(innerAlgorithm.content),
        ...readExtensions(extensions === undefined ? [] : listExtensions(extensions.content)),
    };
}

/** AlgorithmIdentifier; the hash of RSASSA-PSS is in its parameters (RFC 4055 section 3.1) and defaults to SHA-1. */
function readAlgorithm(content: Uint8Array): string {
    const reader = new DerReader(content);
    const oid = derOid(reader.read(Tag.oid).content);
    if (oid !== Oid.rsaPss) {
        return oid;
    }
    const hash = reader.open().optional(Tag.contextConstructed(0));
    return hash === undefined ? `${oid} sha1` : `${oid} ${derOid(openDer(hash.content).read(Tag.oid).content)}`;
}

interface Extension {
    readonly oid: string;
    readonly critical: boolean;
    readonly value: Uint8Array;
}

function listExtensions(content: Uint8Array): Extension[] {
    const seen = new Set<string>();
    return openDer(content)
        .rest()
        .map((element) => {
            const reader = openDer(element.raw);
            const oid = derOid(reader.read(Tag.oid).content);
            const flag = reader.optional(Tag.boolean);
            const value = reader.read(Tag.octetString).content;
            reader.end();
            if (seen.has(oid)) {
                throw new DerError(`extension ${oid} occurs twice`);
            }
            seen.add(oid);
            return { oid, critical: flag !== undefined && derBoolean(flag.content), value };
        });
}

type ExtensionFacts = Pick<
    CertificateFacts,
    "ca" | "pathLength" | "keyUsage" | "allowsTls" | "names" | "uris" | "nameConstraints" | "unknownCritical"
>;

function readExtensions(extensions: readonly Extension[]): ExtensionFacts {
    const value = (oid: string): Uint8Array | undefined => extensions.find((extension) => extension.oid === oid)?.value;
    const keyUsage = value(Oid.keyUsage);
    const purposes = value(Oid.extendedKeyUsage);
    const alternatives = value(Oid.subjectAltName);
    const constraints = value(Oid.nameConstraints);
    const names = alternatives === undefined ? [] : readNames(alternatives);
    return {
        ...readBasicConstraints(value(Oid.basicConstraints)),
        keyUsage: keyUsage === undefined ? undefined : derBits(soleDer(keyUsage, Tag.bitString)),
        allowsTls:
            purposes === undefined ||
            openDer(purposes)
                .rest()
                .some((purpose) => TLS_PURPOSES.has(derOid(purpose.content))),
        names,
        uris: names.filter((name) => name.type === 6).map((name) => derAscii(name.content)),
        nameConstraints: constraints === undefined ? undefined : parseNameConstraints(constraints),
        unknownCritical: extensions
            .filter((extension) => extension.critical && !UNDERSTOOD.has(extension.oid))
            .map((extension) => extension.oid),
    };
}

function readBasicConstraints(value: Uint8Array | undefined): { ca: boolean; pathLength: number | undefined } {
    if (value === undefined) {
        return { ca: false, pathLength: undefined };
    }
    const reader = openDer(value);
    const flag = reader.optional(Tag.boolean);
    const length = reader.optional(Tag.integer);
    reader.end();
    return {
        ca: flag !== undefined && derBoolean(flag.content),
        pathLength: length === undefined ? undefined : derUint(length.content),
    };
}

/** GeneralNames (RFC 5280 section 4.2.1.6), each by the number of its context tag. */
function readNames(value: Uint8Array): GeneralName[] {
    return openDer(value)
        .rest()
        .map(({ tag, content }) => {
            if ((tag & 0xc0) !== 0x80) {
                throw new DerError(`tag 0x${tag.toString(16)} in a list of names`);
            }
            return { type: tag & 0x1f, content };
        });
}
