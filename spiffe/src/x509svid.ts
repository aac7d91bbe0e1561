import { readFile } from "node:fs/promises";
import { KeyObject, X509Certificate } from "node:crypto";

import { requireBytes, requireInstance, requireList, requireOptions, requireText } from "./arguments.js";
import { brand } from "./brand.js";
import { KeyUsage, readCertificate, splitCertificates } from "./certificate.js";
import { SpiffeError, X509SvidError } from "./errors.js";
import { SpiffeId } from "./id.js";
import { parsePrivateKey } from "./keys.js";
import { pemBlocks } from "./pem.js";
import { MAX_CHAIN_LENGTH, checkLeaf, idOf } from "./verify.js";

/** What an {@link X509Svid} is made of. */
export interface X509SvidParts {
    readonly id: SpiffeId;
    /** Leaf first, then intermediates in signing order. Not empty. */
    readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
    readonly privateKey: KeyObject;
    /** Operator's word for what this identity is for; empty when there is none. */
    readonly hint?: string;
}

/** An X.509-SVID with its private key: immutable. Printing or serialising it shows neither key nor certificates. */
export class X509Svid {
    readonly id: SpiffeId;
    readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
    readonly hint: string;
    readonly notBefore: Date;
    readonly notAfter: Date;
    readonly #privateKey: KeyObject;

    /** Takes the parts as they are; {@link X509Svid.parse} checks that they belong together. @throws {ArgumentError} */
    constructor(parts: X509SvidParts) {
        checkParts(parts);
        this.id = parts.id;
        this.certificates = Object.freeze<X509SvidParts["certificates"]>([...parts.certificates]);
        this.hint = parts.hint ?? "";
        this.notBefore = this.certificates[0].validFromDate;
        this.notAfter = this.certificates[0].validToDate;
        this.#privateKey = parts.privateKey;
    }

    /**
     * Reads an SVID as the Workload API sends it and checks what doesn't need a bundle: the leaf is a proper X.509-SVID leaf, the
     * others are signing certificates, and the key belongs to the leaf (Workload API section 5.1, X509-SVID section 4).
     *
     * @param certificates concatenated DER, leaf first
     * @param privateKey unencrypted PKCS#8 DER
     * @throws {SpiffeError} an {@link X509SvidError} or `X509VerificationError`
     */
    static parse(certificates: Uint8Array, privateKey: Uint8Array, hint = ""): X509Svid {
        requireBytes(certificates, "certificates");
        requireBytes(privateKey, "privateKey");
        requireText(hint, "hint");
        return X509Svid.fromDer(splitCertificates(certificates, MAX_CHAIN_LENGTH), privateKey, hint);
    }

    /** Like {@link X509Svid.parse}, from PEM: `CERTIFICATE` blocks, leaf first, and one `PRIVATE KEY` block. */
    static parsePem(certificates: string, privateKey: string, hint = ""): X509Svid {
        requireText(certificates, "certificates");
        requireText(privateKey, "privateKey");
        requireText(hint, "hint");
        const [key, ...more] = pemBlocks(privateKey, "PRIVATE KEY");
        if (key === undefined || more.length > 0) {
            throw new X509SvidError(
                "invalid_svid",
                `the key file must hold one PEM block PRIVATE KEY, it holds ${key === undefined ? 0 : 1 + more.length}`,
            );
        }
        return X509Svid.fromDer(pemBlocks(certificates, "CERTIFICATE"), key, hint);
    }

    /** Like {@link X509Svid.parsePem}, from two files. @throws {X509SvidError} naming the file that can't be read or used */
    static async load(certificateFile: string, keyFile: string): Promise<X509Svid> {
        requireText(certificateFile, "certificateFile");
        requireText(keyFile, "keyFile");
        try {
            const [certificates, key] = await Promise.all([
                readFile(certificateFile, "utf8"),
                readFile(keyFile, "utf8"),
            ]);
            return X509Svid.parsePem(certificates, key);
        } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            const code = error instanceof SpiffeError ? error.code : "invalid_svid";
            throw new X509SvidError(code, `no X.509-SVID in ${certificateFile} and ${keyFile}: ${reason}`, {
                cause: error,
            });
        }
    }

    private static fromDer(chain: readonly Uint8Array[], privateKey: Uint8Array, hint: string): X509Svid {
        if (chain.length > MAX_CHAIN_LENGTH) {
            throw new X509SvidError(
                "invalid_svid",
                `the SVID has ${chain.length} certificates, at most ${MAX_CHAIN_LENGTH} are taken`,
            );
        }
        const [leaf, ...others] = chain.map(readCertificate);
        if (leaf === undefined) {
            throw new X509SvidError("invalid_svid", "the SVID has no certificate");
        }
        const id = idOf(leaf);
        checkLeaf(leaf, id);
        if (!others.every((facts) => facts.ca && facts.keyUsage?.has(KeyUsage.keyCertSign) === true)) {
            throw new X509SvidError("invalid_svid", `${id}: a certificate after the leaf is no signing certificate`);
        }
        const key = parsePrivateKey(privateKey);
        if (!belongs(key, leaf.certificate)) {
            throw new X509SvidError("key_mismatch", `${id}: the private key doesn't belong to the leaf certificate`);
        }
        const certificates = [leaf.certificate, ...others.map((facts) => facts.certificate)] as const;
        return new X509Svid({ id, certificates, privateKey: key, hint });
    }

    get leaf(): X509Certificate {
        return this.certificates[0];
    }

    get privateKey(): KeyObject {
        return this.#privateKey;
    }

    /** The chain as PEM, leaf first, as node:tls takes it in `cert`. */
    certPem(): string {
        return this.certificates.map((certificate) => certificate.toString()).join("");
    }

    /** The private key as PKCS#8 PEM, as node:tls takes it in `key`. Treat the result as a secret. */
    keyPem(): string {
        return this.#privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    }

    /** Whether it is the same certificates, key and hint. @throws {ArgumentError} */
    equals(other: X509Svid): boolean {
        requireInstance(other, X509Svid, "other");
        return (
            this.hint === other.hint &&
            this.certificates.length === other.certificates.length &&
            this.certificates.every((certificate, i) => other.certificates[i]?.raw.equals(certificate.raw) === true) &&
            this.#privateKey.equals(other.privateKey)
        );
    }

    toJSON(): { id: string; hint: string; notAfter: string } {
        return { id: this.id.toString(), hint: this.hint, notAfter: this.notAfter.toISOString() };
    }
}

function checkParts(parts: unknown): void {
    requireOptions(parts, "parts");
    const { id, certificates, privateKey, hint } = (parts ?? {}) as Partial<X509SvidParts>;
    requireInstance(id, SpiffeId, "parts.id");
    const list = requireList(certificates, "parts.certificates");
    if (list.length === 0) {
        throw new X509SvidError("invalid_svid", "the SVID has no certificate");
    }
    list.forEach((certificate) => requireInstance(certificate, X509Certificate, "each of parts.certificates"));
    requireInstance(privateKey, KeyObject, "parts.privateKey");
    if (hint !== undefined) {
        requireText(hint, "parts.hint");
    }
}

function belongs(key: KeyObject, certificate: X509Certificate): boolean {
    try {
        return certificate.checkPrivateKey(key);
    } catch {
        // The key in the certificate can't be decoded, so it isn't this one's.
        return false;
    }
}

brand(X509Svid);
