import assert from "node:assert/strict";

import { SpiffeError, TrustDomain } from "../src/index.js";
import { SpiffeBundle } from "../src/entry/federation.js";
import { JwtBundle, JwtBundleSet, JwtSvid } from "../src/entry/jwt.js";
import { decideAll, suiteTest, verdict } from "./support/suites.js";

interface TokenVector {
    readonly id: string;
    readonly class: string;
    readonly note: string;
    readonly expect: string;
    readonly at: string;
    readonly token: string;
    readonly audience: [string, ...string[]];
    readonly jwt_bundles: Readonly<Record<string, string>>;
    readonly spiffe_id?: string;
}

interface BundleVector {
    readonly id: string;
    readonly note: string;
    readonly expect: string;
    readonly document: string;
    readonly x509_authorities?: number;
    readonly jwt_key_ids?: readonly string[];
    readonly sequence?: string;
    readonly refresh_hint_s?: string;
}

describe("JWT-SVID and bundle vectors", () => {
    suiteTest(
        "vectors/jwt-verify.json",
        "decides every firm JWT-SVID rightly",
        ({ bundles, vectors }: { bundles: Record<string, unknown>; vectors: TokenVector[] }) =>
            decideAll(
                vectors,
                (vector) => `${vector.id} ${vector.class} (${vector.note})`,
                (vector) =>
                    verdict(async () => {
                        const set = Object.entries(vector.jwt_bundles).map(([name, key]) =>
                            JwtBundle.parse(TrustDomain.parse(name), JSON.stringify(bundles[key])),
                        );
                        const svid = await JwtSvid.parseAndValidate(
                            vector.token,
                            vector.audience,
                            new JwtBundleSet(set),
                            {
                                now: new Date(vector.at),
                            },
                        );
                        assert.equal(svid.id.toString(), vector.spiffe_id ?? svid.id.toString());
                    }, SpiffeError),
            ),
    );

    suiteTest("vectors/spiffe-bundle.json", "decides every firm SPIFFE bundle rightly", (vectors: BundleVector[]) =>
        decideAll(
            vectors,
            (vector) => `${vector.id} (${vector.note})`,
            (vector) =>
                verdict(() => {
                    const bundle = SpiffeBundle.parse(TrustDomain.parse("example.org"), Buffer.from(vector.document));
                    if (vector.x509_authorities !== undefined) {
                        assert.equal(bundle.x509.authorities.length, vector.x509_authorities);
                    }
                    if (vector.jwt_key_ids !== undefined) {
                        assert.deepEqual([...bundle.jwt.authorities.keys()].sort(), [...vector.jwt_key_ids].sort());
                    }
                    assert.equal(bundle.sequence?.toString(), vector.sequence ?? bundle.sequence?.toString());
                    assert.equal(
                        bundle.refreshHintSeconds?.toString(),
                        vector.refresh_hint_s ?? bundle.refreshHintSeconds?.toString(),
                    );
                }, SpiffeError),
        ),
    );
});
