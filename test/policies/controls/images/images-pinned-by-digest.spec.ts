import { imagesPinnedByDigest } from "../../../../policies/controls/images/images-pinned-by-digest";
import { describeControl } from "../../../support/control-suite";

describeControl(imagesPinnedByDigest, {
    refused: {
        "a tag alone": {
            container: { image: "registry.example/web:1.4.2" },
            message:
                'spec.containers[0].image is "registry.example/web:1.4.2", without a full digest (container "web"). Append @sha256:….',
        },
        "a digest that is too short": {
            container: { image: "web@sha256:0a0a" },
            message:
                'spec.containers[0].image is "web@sha256:0a0a", without a full digest (container "web"). Append @sha256:….',
        },
        "a digest in upper case": {
            container: { image: `web@sha256:${"0A".repeat(32)}` },
            message: `spec.containers[0].image is "web@sha256:${"0A".repeat(32)}", without a full digest (container "web"). Append @sha256:….`,
        },
        "no image": {
            container: { image: undefined },
            message: 'spec.containers[0].image is not set (container "web"). Append @sha256:….',
        },
        "a volume made of an image by tag": {
            pod: { volumes: [{ name: "model", image: { reference: "registry.example/model:1" } }] },
            message:
                'spec.volumes[0].image.reference is "registry.example/model:1", without a full digest. Append @sha256:….',
        },
    },
    allowed: {
        "a SHA-256 digest": { container: { image: `web:1@sha256:${"0a".repeat(32)}` } },
        "a SHA-512 digest": { container: { image: `web@sha512:${"0a".repeat(64)}` } },
    },
});
