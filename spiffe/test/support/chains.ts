import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";

import type { VerifyOptions } from "../../src/index.js";
import { X509BundleSet, X509VerificationError, verifyX509Svid } from "../../src/index.js";
import type { CertificateOptions, TestCa } from "./ca.js";
import { x509 } from "./ca.js";

export type Chain = readonly X509Certificate[] | readonly Uint8Array[];

/** The code of the refusal, or "accepted". */
export function verdictOf(chain: Chain, trusted: X509BundleSet, options: VerifyOptions = {}): string {
    try {
        verifyX509Svid(chain, trusted, options);
        return "accepted";
    } catch (error) {
        assert.ok(error instanceof X509VerificationError, String(error));
        return error.code;
    }
}

/** Bundles with one authority each. */
export const trust = (...authorities: readonly TestCa[]): X509BundleSet =>
    new X509BundleSet(authorities.map((authority) => authority.bundle));

/** An SVID with a DNS name, below `ca` by `depth` intermediates, the first of them with these options. */
export async function chainBelow(
    ca: TestCa,
    options: CertificateOptions,
    depth = 1,
): Promise<readonly X509Certificate[]> {
    let issuer = await ca.intermediate(options);
    for (let i = 1; i < depth; i++) {
        issuer = await issuer.intermediate();
    }
    return (await issuer.issue("/web", { dnsNames: ["web.example.org"] })).certificates;
}

/** NameConstraints with one subtree, by hand: `kind` 0 permits, 1 excludes. */
export function nameConstraint(kind: 0 | 1, nameType: number, value: Buffer): x509.Extension {
    const wrap = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);
    const subtree = wrap(0x30, wrap(0x80 | nameType, value));
    return new x509.Extension("2.5.29.30", true, wrap(0x30, wrap(0xa0 | kind, subtree)));
}

export const uriConstraint = (kind: 0 | 1, host: string): x509.Extension => nameConstraint(kind, 6, Buffer.from(host));
