import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";

import { SpiffeError, TrustDomain, X509Bundle, X509BundleSet, verifyX509Svid } from "../src/index.js";
import { decideAll, suiteTest, verdict } from "./support/suites.js";

interface ChainVector {
    readonly id: string;
    readonly class: string;
    readonly note: string;
    readonly expect: string;
    readonly at: string;
    readonly spiffe_id?: string;
    readonly chain_der_b64: readonly string[];
    readonly bundles_der_b64: Readonly<Record<string, readonly string[]>>;
}

const der = (base64: string): Buffer => Buffer.from(base64, "base64");

describe("X.509-SVID verification vectors", () => {
    for (const file of ["vectors/x509-verify.json", "vectors/x509-mldsa.json"]) {
        suiteTest(file, `decides every firm chain of ${file} rightly`, (vectors: ChainVector[]) =>
            decideAll(
                vectors,
                (vector) => `${vector.id} ${vector.class} (${vector.note})`,
                (vector) =>
                    verdict(() => {
                        const bundles = Object.entries(vector.bundles_der_b64).map(
                            ([name, authorities]) =>
                                new X509Bundle(
                                    TrustDomain.parse(name),
                                    authorities.map((authority) => new X509Certificate(der(authority))),
                                ),
                        );
                        const { id } = verifyX509Svid(vector.chain_der_b64.map(der), new X509BundleSet(bundles), {
                            now: new Date(vector.at),
                        });
                        if (vector.spiffe_id !== undefined) {
                            assert.equal(id.toString(), vector.spiffe_id);
                        }
                    }, SpiffeError),
            ),
        );
    }
});
