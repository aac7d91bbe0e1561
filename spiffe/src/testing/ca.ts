import "reflect-metadata";

import { KeyObject, X509Certificate, randomBytes, webcrypto } from "node:crypto";

import * as x509 from "@peculiar/x509";

import { SpiffeId, TrustDomain, X509Bundle, X509Svid } from "../index.js";

const ALGORITHMS = {
    "ec-p256": { key: { name: "ECDSA", namedCurve: "P-256" }, signature: { name: "ECDSA", hash: "SHA-256" } },
    "ec-p384": { key: { name: "ECDSA", namedCurve: "P-384" }, signature: { name: "ECDSA", hash: "SHA-384" } },
    "rsa-2048": {
        key: {
            name: "RSASSA-PKCS1-v1_5",
            hash: "SHA-256",
            publicExponent: new Uint8Array([1, 0, 1]),
            modulusLength: 2048,
        },
        signature: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    },
    ed25519: { key: { name: "Ed25519" }, signature: { name: "Ed25519" } },
    "ml-dsa-65": { key: { name: "ML-DSA-65" }, signature: { name: "ML-DSA-65" } },
} as const;

/** Kinds of keys the test authority makes. */
export type TestKeyType = keyof typeof ALGORITHMS;

const HOUR = 3_600_000;

/** An extension as it goes into a certificate; those of the package `@peculiar/x509` have this form. */
export interface CertificateExtension {
    /** Dotted OID. */
    readonly type: string;
    readonly critical: boolean;
    /** DER. */
    readonly value: ArrayBuffer;
}

/** What may be wrong, or just different, with a test certificate. */
export interface CertificateOptions {
    readonly key?: TestKeyType;
    readonly subject?: string;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
    readonly uris?: readonly string[];
    readonly dnsNames?: readonly string[];
    readonly ca?: boolean;
    readonly pathLength?: number;
    /** Bits of x509.KeyUsageFlags; null leaves the extension out. */
    readonly keyUsage?: number | null;
    /** OIDs of key purposes; null leaves the extension out. */
    readonly purposes?: readonly string[] | null;
    readonly extensions?: readonly CertificateExtension[];
    readonly hint?: string;
}

interface Issuer {
    readonly name: string;
    readonly keys: webcrypto.CryptoKeyPair;
    readonly type: TestKeyType;
}

async function makeCertificate(
    options: CertificateOptions & { readonly subject: string },
    issuer: Issuer | undefined,
): Promise<{ certificate: X509Certificate; keys: webcrypto.CryptoKeyPair; type: TestKeyType }> {
    const type = options.key ?? "ec-p256";
    const keys = (await webcrypto.subtle.generateKey(ALGORITHMS[type].key, true, [
        "sign",
        "verify",
    ])) as webcrypto.CryptoKeyPair;
    const signer = issuer ?? { name: options.subject, keys, type };
    const extensions = (options.extensions ?? []).map(
        ({ type: oid, critical, value }) => new x509.Extension(oid, critical, value),
    );
    extensions.push(new x509.BasicConstraintsExtension(options.ca ?? false, options.pathLength, true));
    if (options.keyUsage !== null && options.keyUsage !== undefined) {
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- several flags at once are no member of the enum
        extensions.push(new x509.KeyUsagesExtension(options.keyUsage, true));
    }
    if (options.purposes !== null && options.purposes !== undefined) {
        extensions.push(new x509.ExtendedKeyUsageExtension([...options.purposes]));
    }
    const names = [
        ...(options.uris ?? []).map((value) => ({ type: "url" as const, value })),
        ...(options.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ];
    if (names.length > 0) {
        extensions.push(new x509.SubjectAlternativeNameExtension(names, options.subject === ""));
    }
    const made = await x509.X509CertificateGenerator.create({
        serialNumber: randomBytes(8).toString("hex"),
        issuer: signer.name,
        subject: options.subject,
        notBefore: options.notBefore ?? new Date(Date.now() - HOUR),
        notAfter: options.notAfter ?? new Date(Date.now() + 24 * HOUR),
        publicKey: keys.publicKey,
        signingKey: signer.keys.privateKey,
        signingAlgorithm: ALGORITHMS[signer.type].signature,
        extensions,
    });
    return { certificate: new X509Certificate(Buffer.from(made.rawData)), keys, type };
}

let authorities = 0;

/** A certificate authority of one trust domain, root or intermediate. All it makes is valid unless told otherwise. */
export class TestCa {
    private constructor(
        readonly trustDomain: TrustDomain,
        readonly certificate: X509Certificate,
        private readonly issuer: Issuer,
        /** What an SVID sends along: the intermediates between it and the root. */
        private readonly intermediates: readonly X509Certificate[],
    ) {}

    /** A new root, with a name of its own unless `subject` gives one. */
    static async create(trustDomain: string, options: CertificateOptions = {}): Promise<TestCa> {
        return TestCa.make(TrustDomain.parse(trustDomain), options, undefined);
    }

    private static async make(
        trustDomain: TrustDomain,
        options: CertificateOptions,
        parent: TestCa | undefined,
    ): Promise<TestCa> {
        authorities += 1;
        const settings = {
            subject: `CN=Test CA ${authorities}, O=${trustDomain.name}`,
            uris: [trustDomain.id.toString()],
            ca: true,
            keyUsage: x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
            ...options,
        };
        const { certificate, keys, type } = await makeCertificate(settings, parent?.issuer);
        const intermediates = parent === undefined ? [] : [certificate, ...parent.intermediates];
        return new TestCa(trustDomain, certificate, { name: settings.subject, keys, type }, intermediates);
    }

    /** The bundle with this authority alone. */
    get bundle(): X509Bundle {
        return new X509Bundle(this.trustDomain, [this.certificate]);
    }

    /** An authority below this one. */
    async intermediate(options: CertificateOptions = {}): Promise<TestCa> {
        return TestCa.make(this.trustDomain, options, this);
    }

    /**
     * An SVID with its intermediates.
     *
     * @param id a path such as `/web` in this trust domain, or a whole SPIFFE ID of any
     */
    async issue(id: string, options: CertificateOptions = {}): Promise<X509Svid> {
        const spiffeId = SpiffeId.parse(id.startsWith("/") ? `${this.trustDomain.id}${id}` : id);
        const { certificate, keys } = await makeCertificate(
            {
                subject: "CN=workload",
                uris: [spiffeId.toString()],
                keyUsage: x509.KeyUsageFlags.digitalSignature,
                purposes: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
                ...options,
            },
            this.issuer,
        );
        return new X509Svid({
            id: spiffeId,
            certificates: [certificate, ...this.intermediates],
            privateKey: KeyObject.from(keys.privateKey),
            hint: options.hint,
        });
    }
}
