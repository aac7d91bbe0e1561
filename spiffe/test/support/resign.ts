import type { KeyObject } from "node:crypto";
import { createPublicKey, sign, X509Certificate } from "node:crypto";

import { openDer } from "../../src/der.js";

const SPKI = { type: "spki", format: "der" } as const;

/** A DER element. */
export function wrap(tag: number, content: Buffer): Buffer {
    const length: number[] = [];
    for (let left = content.length; left > 0; left = Math.floor(left / 256)) {
        length.unshift(left % 256);
    }
    const head = content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
    return Buffer.concat([Buffer.from(head), content]);
}

/**
 * A certificate like another one, with a public key in it and a signature that the library which made it can't do: of a key too short or on
 * a curve it doesn't know.
 *
 * @param template its signature algorithm must be one that `signer` can use with SHA-256
 * @param key the key it certifies, or one that has it; that of the template if absent
 */
export function resign(template: X509Certificate, signer: KeyObject, key?: KeyObject): X509Certificate {
    const certificate = openDer(template.raw);
    const fields = certificate.open().rest();
    const algorithm = certificate.read().raw;
    // version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions (RFC 5280 section 4.1)
    const spki = key === undefined ? undefined : (key.type === "public" ? key : createPublicKey(key)).export(SPKI);
    const body = fields.map(({ raw }, index) => (index === 6 && spki !== undefined ? spki : Buffer.from(raw)));
    const tbs = wrap(0x30, Buffer.concat(body));
    const signature = wrap(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", tbs, signer)]));
    return new X509Certificate(wrap(0x30, Buffer.concat([tbs, Buffer.from(algorithm), signature])));
}
