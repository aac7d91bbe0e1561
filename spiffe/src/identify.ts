import type { X509Certificate } from "node:crypto";

import { readCertificate } from "./certificate.js";
import type { SpiffeId } from "./id.js";
import { idOf } from "./verify.js";

/**
 * The SPIFFE ID that a certificate names, authorities included (X509-SVID section 2). Verifies nothing: whoever made the certificate wrote
 * the name into it.
 *
 * @param certificate node's object, or DER
 * @throws {X509VerificationError} `malformed`, `no_uri_san`, `many_uri_sans`, `invalid_id`
 */
export function idFromCertificate(certificate: X509Certificate | Uint8Array): SpiffeId {
    return idOf(readCertificate(certificate));
}
