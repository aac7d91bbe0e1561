import { imageSignaturesVerified } from "../../../../policies/controls/images/image-signatures-verified";
import { describeImagePolicyControl, POD, sigstore } from "../../../support/image-policies";

describeImagePolicyControl(imageSignaturesVerified, {
    missing: "verifies its signature",
    // Any attestation is signed.
    predicateType: "https://example.org/review/v1",
    refused: {
        "a sigstore policy that lets images in unsigned": {
            stack: [POD, sigstore({ static: { action: "pass" } })],
        },
    },
    allowed: {
        "an image by tag and digest, which sigstore names by its digest alone": {
            stack: [
                {
                    ...POD,
                    spec: { containers: [{ name: "web", image: `docker.io/acme/web:1@sha256:${"0".repeat(64)}` }] },
                },
                sigstore(
                    { keyless: { identities: [{ issuer: "https://issuer.example", subject: "web" }] } },
                    { images: [{ glob: "index.docker.io/acme/web@sha256:*" }] },
                ),
            ],
        },
    },
});
