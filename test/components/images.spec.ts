import assert from "node:assert/strict";

import type { ImageSettings } from "../../components/images";
import { Images, IMAGES, imageSettings } from "../../components/images";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;

function settings(value: unknown): ImageSettings {
    const faults: string[] = [];
    const read = imageSettings.read(value, "x0tta6bl4:images", faults);
    assert.deepEqual(faults, []);
    return read;
}

function ref(value: unknown): string {
    return new Images(settings(value)).ref("x0tta6bl4");
}

describe("images", () => {
    it("pins every image by tag and digest, but those whose digest is given where they are switched on", () => {
        const unpinned = Object.entries(IMAGES).filter(([, image]) => !("digest" in image));
        for (const [name, image] of Object.entries(IMAGES)) {
            if ("digest" in image) {
                assert.match(image.digest, /^sha256:[0-9a-f]{64}$/, name);
            }
            assert.doesNotMatch(image.tag, /^latest$/, name);
        }
        assert.deepEqual(unpinned.map(([name]) => name).sort(), [
            "backup",
            "compliance",
            "envoy",
            "oidc-discovery-provider",
            "probe",
            "responder",
            "x0tta6bl4",
        ]);
    });

    it("renders the platform's image by tag until its digest is configured", () => {
        assert.equal(ref({}), "localhost:5001/x0tta6bl4:3.4.0-fixed2");
        assert.equal(
            ref({ overrides: { x0tta6bl4: { digest: DIGEST } } }),
            `localhost:5001/x0tta6bl4:3.4.0-fixed2@${DIGEST}`,
        );
    });

    it("pulls from a mirror under the image's own repository name", () => {
        assert.equal(ref({ mirror: "mirror.example.org/copies" }), "mirror.example.org/copies/x0tta6bl4:3.4.0-fixed2");
    });

    it("drops digests only where that is asked for by name", () => {
        const overrides = { x0tta6bl4: { digest: DIGEST } };
        assert.equal(ref({ overrides, dropDigests: true }), "localhost:5001/x0tta6bl4:3.4.0-fixed2");
        assert.ok(ref({ overrides }).endsWith(DIGEST));
    });

    it("replaces registry, repository, tag and digest of one image", () => {
        const override = { registry: "r.example.org", repository: "team/x", tag: "3.5.0", digest: OTHER };
        assert.equal(ref({ overrides: { x0tta6bl4: override } }), `r.example.org/team/x:3.5.0@${OTHER}`);
        assert.equal(new Images(settings({ overrides: { x0tta6bl4: override } })).tag("x0tta6bl4"), "3.5.0");
    });

    it("refuses an override for an image that does not exist", () => {
        const known = Object.keys(IMAGES).join(", ");
        const faults: string[] = [];
        imageSettings.read({ overrides: { nginx: { tag: "1" } } }, "x0tta6bl4:images", faults);
        assert.deepEqual(faults, [
            `x0tta6bl4:images.overrides.nginx is not an image of this program; known are ${known}`,
        ]);
    });

    it("refuses a malformed digest, tag and mirror, all at once", () => {
        const faults: string[] = [];
        imageSettings.read(
            {
                mirror: "https://mirror.example.org",
                overrides: { x0tta6bl4: { digest: "sha256:abc", tag: "no spaces" } },
            },
            "x0tta6bl4:images",
            faults,
        );
        assert.deepEqual(faults, [
            'x0tta6bl4:images.mirror must be a registry, with an optional path, without a scheme, found "https://mirror.example.org"',
            'x0tta6bl4:images.overrides.x0tta6bl4.tag must be an image tag, found "no spaces"',
            'x0tta6bl4:images.overrides.x0tta6bl4.digest must be sha256: and 64 hex digits, found "sha256:abc"',
        ]);
    });
});
