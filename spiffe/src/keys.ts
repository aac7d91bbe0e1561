import type { KeyObject } from "node:crypto";
import { createPrivateKey } from "node:crypto";

import { openDer } from "./der.js";
import { X509SvidError } from "./errors.js";

/**
 * Reads an unencrypted private key: PKCS#8 DER, one structure and nothing after it. Takes what OpenSSL 3.5 takes, ML-DSA
 * and ML-KEM included; it refuses such keys when seed and expanded form disagree.
 *
 * @throws {X509SvidError} `invalid_svid`; the message tells nothing of the key
 */
export function parsePrivateKey(pkcs8: Uint8Array): KeyObject {
    try {
        openDer(pkcs8);
        return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    } catch (error) {
        // OpenSSL's own words may be kept: they name the fault, never the bytes.
        const reason = error instanceof Error ? error.message : "unknown fault";
        throw new X509SvidError("invalid_svid", `the private key is not valid PKCS#8 (${reason})`);
    }
}
