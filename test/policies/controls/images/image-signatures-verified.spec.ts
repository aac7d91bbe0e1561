import { imageSignaturesVerified } from "../../../../policies/controls/images/image-signatures-verified";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { containers: [{ name: "web", image: "ghcr.io/acme/web:1" }] },
};

const message =
    'spec.containers[0].image is "ghcr.io/acme/web:1" (container "web"), and no policy of the stack verifies its signature. Add it to an image policy.';

function kyverno(verify: Manifest, spec: Manifest = {}): Manifest {
    const verifyImages = [{ imageReferences: ["ghcr.io/acme/*"], failureAction: "Enforce", ...verify }];
    return {
        apiVersion: "kyverno.io/v1",
        kind: "ClusterPolicy",
        metadata: { name: "images" },
        spec: { rules: [{ name: "verify", verifyImages }], ...spec },
    };
}

function sigstore(authority: Manifest, spec: Manifest = {}): Manifest {
    return {
        apiVersion: "policy.sigstore.dev/v1beta1",
        kind: "ClusterImagePolicy",
        metadata: { name: "images" },
        spec: { images: [{ glob: "ghcr.io/acme/**" }], authorities: [authority], ...spec },
    };
}

function validating(spec: Manifest): Manifest {
    return {
        apiVersion: "policies.kyverno.io/v1",
        kind: "ImageValidatingPolicy",
        metadata: { name: "images" },
        spec: { matchImageReferences: [{ glob: "ghcr.io/acme/*" }], ...spec },
    };
}

describeControl(imageSignaturesVerified, {
    // A container without an image has nothing to verify.
    good: { container: { image: undefined } },
    refused: {
        "an image that no policy speaks of": {
            container: { image: "ghcr.io/acme/web:1" },
            message,
        },
        "an image that the policy's patterns miss": {
            stack: [
                pod,
                kyverno({
                    imageReferences: ["ghcr.io/other/*"],
                    attestations: [{ type: "https://example.org/review/v1" }],
                }),
            ],
            message,
        },
        "a policy that only audits": {
            stack: [
                pod,
                kyverno({ failureAction: "Audit", attestations: [{ type: "https://example.org/review/v1" }] }),
            ],
            message,
        },
        "a sigstore policy that only warns": {
            stack: [
                pod,
                sigstore({ attestations: [{ predicateType: "https://example.org/review/v1" }] }, { mode: "warn" }),
            ],
            message,
        },
        "a sigstore policy that lets images in unsigned": {
            stack: [pod, sigstore({ static: { action: "pass" } })],
            message,
        },
        "a validating policy that only audits": {
            stack: [
                pod,
                validating({
                    validationActions: ["Audit"],
                    attestations: [{ intoto: { type: "https://example.org/review/v1" } }],
                }),
            ],
            message,
        },
    },
    allowed: {
        "an image that a Kyverno rule holds to it": {
            stack: [pod, kyverno({ attestations: [{ type: "https://example.org/review/v1" }] })],
        },
        "a rule of an enforcing policy": {
            stack: [
                pod,
                kyverno(
                    { failureAction: undefined, attestations: [{ predicateType: "https://example.org/review/v1" }] },
                    {
                        validationFailureAction: "Enforce",
                        rules: [
                            {
                                verifyImages: [
                                    {
                                        image: "ghcr.io/acme/*",
                                        attestations: [{ predicateType: "https://example.org/review/v1" }],
                                    },
                                ],
                            },
                        ],
                    },
                ),
            ],
        },
        "an image that a sigstore policy holds to it": {
            stack: [pod, sigstore({ attestations: [{ predicateType: "https://example.org/review/v1" }] })],
        },
        "an image by tag and digest, which sigstore names by its digest alone": {
            stack: [
                {
                    ...pod,
                    spec: { containers: [{ name: "web", image: `docker.io/acme/web:1@sha256:${"0".repeat(64)}` }] },
                },
                sigstore(
                    { keyless: { identities: [{ issuer: "https://issuer.example", subject: "web" }] } },
                    { images: [{ glob: "index.docker.io/acme/web@sha256:*" }] },
                ),
            ],
        },
        "an image that a validating policy holds to it": {
            stack: [pod, validating({ attestations: [{ intoto: { type: "https://example.org/review/v1" } }] })],
        },
    },
});
