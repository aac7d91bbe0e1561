import type { JsonWebKey } from "node:crypto";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";

import type { Case } from "./spiffe-cases.js";
import type { Random } from "./manifest-texts.js";
import { TestCa } from "../../spiffe/test/support/ca.js";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs whatever the header says: the libraries for it refuse to make what the test is about. */
class Signer {
    private readonly keys;

    constructor(
        readonly algorithm: string,
        curve: string | undefined,
        readonly keyId: string,
    ) {
        this.keys =
            curve === undefined
                ? generateKeyPairSync("rsa", { modulusLength: 2048 })
                : generateKeyPairSync("ec", { namedCurve: curve });
    }

    get jwk(): JsonWebKey & { kid: string } {
        return { ...this.keys.publicKey.export({ format: "jwk" }), kid: this.keyId, use: "jwt-svid" };
    }

    sign(header: object, claims: object): string {
        const signed = `${encode(header)}.${encode(claims)}`;
        const signature = sign(`sha${this.algorithm.slice(2)}`, Buffer.from(signed), {
            key: this.keys.privateKey,
            dsaEncoding: "ieee-p1363",
            ...(this.algorithm.startsWith("PS")
                ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
                : {}),
        });
        return `${signed}.${signature.toString("base64url")}`;
    }
}

const ISSUERS = [
    new Signer("ES256", "P-256", "first"),
    new Signer("ES384", "P-384", "second"),
    new Signer("ES512", "P-521", "third"),
    new Signer("RS256", undefined, "fourth"),
    new Signer("PS256", undefined, "fifth"),
];
const STRANGER = new Signer("ES256", "P-256", "stranger");
const CAS = await Promise.all([TestCa.create("example.org"), TestCa.create("example.org", { key: "ec-p384" })]);
const now = (): number => Math.floor(Date.now() / 1000);

type Values = Readonly<Record<string, readonly unknown[]>>;

/** Values a claim may take; the first of each is ordinary. Times keep far from the tolerance of clocks. */
const CLAIMS = (): Values => ({
    sub: [
        ...["spiffe://example.org/web", "spiffe://example.org", "SPIFFE://example.org/web", "spiffe://EXAMPLE.org/web"],
        ...[
            "spiffe://other.test/web",
            "web",
            "",
            "spiffe://example.org/a//b",
            undefined,
            null,
            7,
            ["spiffe://example.org/web"],
        ],
    ],
    aud: [["us"], "us", ["them", "us"], "them", [], "", [""], undefined, null, 7, ["us", 7], { us: true }, ["US"]],
    exp: [
        now() + 3600,
        now() - 3600,
        0,
        -1,
        undefined,
        null,
        "soon",
        String(now() + 3600),
        now() + 3600.5,
        9e15,
        1e300,
    ],
    nbf: [undefined, now() - 3600, now() + 3600, null, "then", 0, -5, now() - 0.5],
    iat: [undefined, now(), now() + 3600, now() - 3600, null, "then", 0],
});

const HEADER: Values = {
    typ: ["JWT", "JOSE", undefined, "jwt", "at+jwt", "", null, 7],
    crit: [undefined, ["exp"], [], "exp"],
    x5c: [undefined, ["AAAA"]],
    jku: [undefined, "https://example.org/keys"],
};

/** Mostly the first of a list, which may be undefined. */
function usually<T>(values: readonly T[], random: Random, odds: number): T | undefined {
    return values[random.below(odds) === 0 ? random.below(values.length) : 0];
}

function members(from: Values, random: Random, odds: number): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(from).flatMap(([name, values]) => {
            const value = usually(values, random, odds);
            return value === undefined ? [] : [[name, value]];
        }),
    );
}

/** A token with a few things out of the ordinary, and the keys it is held against. */
export function tokenCase(random: Random): Case {
    const traits = new Set<string>();
    const issuer = random.pick(ISSUERS);
    const claims = members(CLAIMS(), random, 8);
    const kid = usually([issuer.keyId, undefined, "", STRANGER.keyId, 7, null], random, 8);
    if (kid === undefined) {
        traits.add("no key ID");
    }
    if (Object.values(claims).some((value) => value === 1e300)) {
        traits.add("a time beyond 64 bits");
    }
    const signer = random.below(10) === 0 ? STRANGER : issuer;
    const header = { ...members(HEADER, random, 8), alg: signer.algorithm, ...(kid === undefined ? {} : { kid }) };
    if ("x5c" in header) {
        traits.add("brings certificates");
    }
    const token = signer.sign(header, claims);
    return {
        question: {
            kind: "token",
            text: mangle(token, random),
            audience: ["us"],
            documents: random.below(20) === 0 ? {} : { "example.org": { keys: [jwkOf(issuer, traits, random)] } },
        },
        traits,
    };
}

function jwkOf(issuer: Signer, traits: Set<string>, random: Random): JsonWebKey & { kid: string } {
    const alg = usually([undefined, issuer.algorithm, "ES256", "PS512"], random, 6);
    if (alg !== undefined && alg !== issuer.algorithm) {
        traits.add("the key is for another algorithm");
    }
    return { ...issuer.jwk, ...(alg === undefined ? {} : { alg }) };
}

function mangle(token: string, random: Random): string {
    const [header = "", payload = "", signature = ""] = token.split(".");
    switch (random.below(40)) {
        case 0:
            return `${header}.${payload}.`;
        case 1:
            return `${header}.${payload}`;
        case 2:
            return `${token}.${signature}`;
        case 3:
            return `${token}\n`;
        case 4:
            return `${encode({ alg: "none", kid: "x" })}.${payload}.`;
        case 5: {
            const signed = `${encode({ alg: "HS256", kid: ISSUERS[0]?.keyId })}.${payload}`;
            return `${signed}.${createHmac("sha256", "key").update(signed).digest("base64url")}`;
        }
        case 6:
            return `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
        case 7:
            return `${header}=.${payload}.${signature}`;
        default:
            return token;
    }
}

const NUMBERS = [undefined, 0, 1, 300, 2 ** 40, -1, 1.5, "5", null, true, [], 1e21];

/** A SPIFFE bundle document with a few things out of the ordinary. */
export function bundleText(random: Random): string {
    const keys = Array.from({ length: random.below(4) }, () => bundleKey(random));
    const document = {
        keys: usually<unknown>([keys, undefined, null, {}, "keys", [null], [7], [[]], [{}]], random, 12),
        spiffe_sequence: usually([7, ...NUMBERS], random, 4),
        spiffe_refresh_hint: usually([300, ...NUMBERS], random, 4),
        ...(random.below(8) === 0 ? { more: random.pick([1, "x", { keys: [] }]) } : {}),
    };
    const text = JSON.stringify(document);
    switch (random.below(30)) {
        case 0:
            return text.slice(0, random.below(text.length));
        case 1:
            return ` ${text}\n`;
        case 2:
            return `${text}x`;
        case 3:
            return `[${text}]`;
        case 4:
            return `\ufeff${text}`;
        default:
            return text;
    }
}

function bundleKey(random: Random): unknown {
    const ca = random.pick(CAS);
    const certificate = ca.certificate;
    const x5c = certificate.raw.toString("base64");
    const authority = { ...certificate.publicKey.export({ format: "jwk" }), use: "x509-svid", x5c: [x5c] };
    const signer = random.pick(ISSUERS).jwk;
    switch (random.below(24)) {
        case 0:
            return { ...authority, x5c: [x5c, x5c] };
        case 1:
            return { ...authority, x5c: [] };
        case 2:
            return { ...authority, x5c: undefined };
        case 3:
            return { ...authority, x5c: [Buffer.from("no certificate").toString("base64")] };
        case 4:
            return { ...authority, x5c: [x5c.replaceAll("+", "-").replaceAll("/", "_")] };
        case 5:
            return { ...authority, ...STRANGER.jwk, use: "x509-svid" };
        case 6:
            return { ...authority, use: undefined };
        case 7:
            return { ...authority, use: "sig" };
        case 8:
            return { ...authority, kty: "unknown" };
        case 9:
            return { ...authority, crv: "P-224" };
        case 10:
            return { ...signer, kid: undefined };
        case 11:
            return { ...signer, kid: "" };
        case 12:
            return { ...signer, kid: 7 };
        case 13:
            return { ...signer, kty: "unknown" };
        case 14:
            return { ...signer, use: 7 };
        case 15:
            return { ...signer, alg: "ES256" };
        case 16:
            return { kty: "oct", k: "AAAA", kid: "secret", use: "jwt-svid" };
        case 17:
            return { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA", kid: "broken", use: "jwt-svid" };
        default:
            return random.below(2) === 0 ? authority : signer;
    }
}
