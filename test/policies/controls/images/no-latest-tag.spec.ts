import { noLatestTag } from "../../../../policies/controls/images/no-latest-tag";
import { describeControl } from "../../../support/control-suite";

describeControl(noLatestTag, {
    refused: {
        "the tag latest": {
            container: { image: "registry.example/shop/web:latest" },
            message:
                'spec.containers[0].image is "registry.example/shop/web:latest", whose tag moves (container "web"). Name a version.',
        },
        "no tag, with a port in the registry's name": {
            container: { image: "registry.example:5000/web" },
            message:
                'spec.containers[0].image is "registry.example:5000/web", which has no tag and so means latest (container "web"). Name a version.',
        },
        "no image": {
            container: { image: undefined },
            message: 'spec.containers[0].image is not set (container "web"). Name a version.',
        },
        "a volume made of a moving image": {
            pod: { volumes: [{ name: "model", image: { reference: "registry.example/model" } }] },
            message:
                'spec.volumes[0].image.reference is "registry.example/model", which has no tag and so means latest. Name a version.',
        },
        "another tag that is said to move": {
            container: { image: "web:weekly" },
            params: { tags: ["latest", "weekly"] },
            message: 'spec.containers[0].image is "web:weekly", whose tag moves (container "web"). Name a version.',
        },
        "a tag of whatever is newest": {
            container: { image: "web:Nightly-alpine" },
            message:
                'spec.containers[0].image is "web:Nightly-alpine", whose tag moves (container "web"). Name a version.',
        },
    },
    allowed: {
        "a version with a word for its line": { container: { image: "web:stable-1.4.2" } },
        "a word that only begins like one that moves": { container: { image: "web:mainz" } },
        "a version": { container: { image: "registry.example:5000/web:1.4.2" } },
        "a digest, whatever tag stands beside it": { container: { image: `web:latest@sha256:${"0a".repeat(32)}` } },
        "a digest alone": { container: { image: `web@sha256:${"0a".repeat(32)}` } },
    },
});
