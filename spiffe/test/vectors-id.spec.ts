import assert from "node:assert/strict";

import { SpiffeError, SpiffeId, TrustDomain } from "../src/index.js";
import { decideAll, suiteTest, verdict } from "./support/suites.js";

interface IdVector {
    readonly input: string;
    readonly expect: string;
    readonly trust_domain?: string;
    readonly path?: string;
    readonly name?: string;
    readonly canonical?: string;
}

const show = (vector: IdVector): string => JSON.stringify(vector.input);

describe("ID vectors", () => {
    for (const file of ["vectors/spiffe-id.json", "upstream-tables/spiffe-id.json"]) {
        suiteTest(file, `decides every firm SPIFFE ID of ${file} rightly`, (vectors: IdVector[]) =>
            decideAll(vectors, show, (vector) =>
                verdict(() => {
                    const id = SpiffeId.parse(vector.input);
                    if (vector.trust_domain !== undefined) {
                        assert.equal(id.trustDomain.name, vector.trust_domain);
                        assert.equal(id.path, vector.path);
                    }
                    assert.equal(id.toString(), vector.canonical ?? id.toString());
                }, SpiffeError),
            ),
        );
    }

    for (const file of ["vectors/trust-domain.json", "upstream-tables/trust-domain.json"]) {
        suiteTest(file, `decides every firm trust domain of ${file} rightly`, (vectors: IdVector[]) =>
            decideAll(vectors, show, (vector) =>
                verdict(() => {
                    const trustDomain = TrustDomain.parse(vector.input);
                    assert.equal(trustDomain.name, vector.name ?? trustDomain.name);
                }, SpiffeError),
            ),
        );
    }
});
