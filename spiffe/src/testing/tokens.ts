import type { JsonWebKey, KeyObject } from "node:crypto";
import { generateKeyPairSync, randomUUID } from "node:crypto";

import { SignJWT } from "jose";

import { TrustDomain } from "../index.js";
import { JwtBundle, JwtBundleSet } from "../entry/jwt.js";

const MAKERS: Readonly<Record<string, () => { privateKey: KeyObject; publicKey: KeyObject }>> = {
    ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
    ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
    RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

/** What a test token says, beyond what is right by default. */
export interface TokenOptions {
    readonly subject?: string;
    readonly audience?: unknown;
    readonly expiresIn?: number;
    readonly header?: Readonly<Record<string, unknown>>;
    readonly claims?: Readonly<Record<string, unknown>>;
}

/** Signs JWT-SVIDs of one trust domain. */
export class TokenIssuer {
    readonly keyId = randomUUID();
    private readonly keys: { privateKey: KeyObject; publicKey: KeyObject };

    constructor(
        readonly trustDomain: string,
        readonly algorithm = "ES256",
    ) {
        const make = MAKERS[algorithm.startsWith("ES") ? algorithm : "RS256"];
        if (make === undefined) {
            throw new Error(`no keys for ${algorithm}`);
        }
        this.keys = make();
    }

    get jwk(): JsonWebKey & { kid: string } {
        return { ...this.keys.publicKey.export({ format: "jwk" }), kid: this.keyId, use: "jwt-svid" };
    }

    /** The JWK set of the trust domain. */
    get document(): string {
        return JSON.stringify({ keys: [this.jwk] });
    }

    get bundles(): JwtBundleSet {
        return new JwtBundleSet([JwtBundle.parse(TrustDomain.parse(this.trustDomain), this.document)]);
    }

    /** A token, valid for an hour and the audience `reports` unless told otherwise. */
    async issue(options: TokenOptions = {}): Promise<string> {
        const now = Math.floor(Date.now() / 1000);
        const payload = {
            sub: options.subject ?? `spiffe://${this.trustDomain}/web`,
            aud: options.audience ?? ["reports"],
            exp: now + (options.expiresIn ?? 3600),
            iat: now,
            ...options.claims,
        };
        return new SignJWT(payload as Record<string, unknown>)
            .setProtectedHeader({ alg: this.algorithm, kid: this.keyId, typ: "JWT", ...options.header })
            .sign(this.keys.privateKey);
    }
}
