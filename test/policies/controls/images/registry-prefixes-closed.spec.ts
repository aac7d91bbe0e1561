import { registryPrefixesClosed } from "../../../../policies/controls/images/registry-prefixes-closed";
import { describeControl } from "../../../support/control-suite";

describeControl(registryPrefixesClosed, {
    refused: {
        "open prefixes of a Gatekeeper constraint": {
            object: {
                apiVersion: "constraints.gatekeeper.sh/v1beta1",
                kind: "K8sAllowedRepos",
                metadata: { name: "repos" },
                spec: { parameters: { repos: ["registry.example", "ghcr.io/acme/", "ghcr.io/other"] } },
            },
            message: [
                'spec.parameters.repos[0] is "registry.example", which also admits longer names. Close it with a slash.',
                'spec.parameters.repos[2] is "ghcr.io/other", which also admits longer names. Close it with a slash.',
            ],
        },
        "an open pattern of the second version": {
            object: {
                apiVersion: "constraints.gatekeeper.sh/v1beta1",
                kind: "K8sAllowedReposv2",
                metadata: { name: "repos" },
                spec: { parameters: { allowedImages: ["registry.example*", "registry.example/web"] } },
            },
            message:
                'spec.parameters.allowedImages[0] is "registry.example*", which also admits longer names. Close it with a slash.',
        },
        "an open pattern of a Kyverno rule": {
            object: {
                apiVersion: "kyverno.io/v1",
                kind: "ClusterPolicy",
                metadata: { name: "images" },
                spec: { rules: [{ verifyImages: [{ imageReferences: ["ghcr.io*"] }] }] },
            },
            message:
                'spec.rules[0].verifyImages[0].imageReferences[0] is "ghcr.io*", which also admits longer names. Close it with a slash.',
        },
        "an open glob of a sigstore policy": {
            object: {
                apiVersion: "policy.sigstore.dev/v1beta1",
                kind: "ClusterImagePolicy",
                metadata: { name: "images" },
                spec: { images: [{ glob: "ghcr.io/acme*" }, { glob: "ghcr.io/acme/**" }] },
            },
            message: 'spec.images[0].glob is "ghcr.io/acme*", which also admits longer names. Close it with a slash.',
        },
    },
    allowed: {
        "closed prefixes and whole references": {
            object: {
                apiVersion: "constraints.gatekeeper.sh/v1beta1",
                kind: "K8sAllowedRepos",
                metadata: { name: "repos" },
                spec: { parameters: { repos: ["registry.example/", "web:", "web:1.4.2"] } },
            },
        },
        "a pattern for everything, which says what it does": {
            object: {
                apiVersion: "constraints.gatekeeper.sh/v1beta1",
                kind: "K8sAllowedReposv2",
                metadata: { name: "repos" },
                spec: { parameters: { allowedImages: ["*"] } },
            },
        },
        "an object of another kind": { object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "repos" } } },
    },
});
