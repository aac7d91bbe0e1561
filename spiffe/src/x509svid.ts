import type { KeyObject, X509Certificate } from "node:crypto";

import type { SpiffeId } from "./id.js";

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

    constructor(parts: X509SvidParts) {
        this.id = parts.id;
        this.certificates = Object.freeze([...parts.certificates] as const) as X509SvidParts["certificates"];
        this.hint = parts.hint ?? "";
        this.notBefore = this.certificates[0].validFromDate;
        this.notAfter = this.certificates[0].validToDate;
        this.#privateKey = parts.privateKey;
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

    toJSON(): { id: string; hint: string; notAfter: string } {
        return { id: this.id.toString(), hint: this.hint, notAfter: this.notAfter.toISOString() };
    }
}
