import assert from "node:assert/strict";

import fc from "fast-check";

import { imageMatches, parseImage } from "../../../policies/kubernetes/images";

describe("parseImage", () => {
    const digest = `sha256:${"0a".repeat(32)}`;
    for (const [reference, registry, repository, tag, pinned] of [
        ["nginx", "docker.io", "library/nginx", undefined, undefined],
        ["nginx:1.27", "docker.io", "library/nginx", "1.27", undefined],
        ["acme/web", "docker.io", "acme/web", undefined, undefined],
        ["index.docker.io/acme/web:1", "docker.io", "acme/web", "1", undefined],
        ["localhost/web", "localhost", "web", undefined, undefined],
        ["localhost:5001/web", "localhost:5001", "web", undefined, undefined],
        ["openpolicyagent:443/opa", "openpolicyagent:443", "opa", undefined, undefined],
        ["ghcr.io/acme/team/web:1.4.2", "ghcr.io", "acme/team/web", "1.4.2", undefined],
        [`ghcr.io/web:1@${digest}`, "ghcr.io", "web", "1", digest],
        [`web@${digest}`, "docker.io", "library/web", undefined, digest],
        ["", "docker.io", "library/", undefined, undefined],
    ] as const) {
        it(`takes ${JSON.stringify(reference.slice(0, 40))} apart`, () => {
            assert.deepEqual(parseImage(reference), { registry, repository, tag, digest: pinned });
        });
    }
});

describe("imageMatches", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);

    it("admits what lies below a pattern and never what only starts like it", () => {
        fc.assert(
            fc.property(word, word, word, fc.boolean(), (registry, account, more, slash) => {
                const pattern = `${registry}.example/${account}${slash ? "/" : ""}`;
                assert.equal(imageMatches(`${registry}.example/${account}/${more}:1`, [pattern]), true);
                assert.equal(imageMatches(`${registry}.example/${account}${more}/web:1`, [pattern]), false);
                assert.equal(imageMatches(`${registry}.example.${more}.net/${account}/web:1`, [pattern]), false);
            }),
        );
    });

    it("takes everything but the star literally", () => {
        assert.equal(imageMatches("ghcrXio/acme/web:1", ["ghcr.io/acme"]), false);
        assert.equal(imageMatches("a.ghcr.io/acme/web:1", ["ghcr.io/acme"]), false);
        assert.equal(imageMatches("x.azurecr.io/web:1", ["*.azurecr.io/"]), true);
        assert.equal(imageMatches("x/y.azurecr.io/web:1", ["*.azurecr.io/"]), false);
        assert.equal(imageMatches("ghcr.io/acme/deep/web:1", ["ghcr.io/acme/*"]), true);
        assert.equal(imageMatches("anything:1", ["*"]), true);
    });

    it("matches nothing with no pattern", () => {
        assert.equal(imageMatches("nginx:1", []), false);
    });
});
