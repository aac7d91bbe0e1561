import { imageSbomsAttested } from "../../../../policies/controls/images/image-sboms-attested";
import { describeImagePolicyControl, kyverno, POD, sigstore } from "../../../support/image-policies";

const ATTESTED = { attestations: [{ predicateType: "https://cyclonedx.org/bom" }] };

describeImagePolicyControl(imageSbomsAttested, {
    missing: "demands a bill of materials for it",
    predicateType: "https://cyclonedx.org/bom",
    refused: {
        "a policy that demands something else": {
            stack: [POD, kyverno({ attestations: [{ type: "https://example.org/review/v1" }] })],
        },
        "a sigstore policy whose other authority lets images in without one": {
            stack: [POD, sigstore({}, { authorities: [ATTESTED, { keyless: { identities: [{ issuer: "i" }] } }] })],
        },
    },
    allowed: {
        "a sigstore policy each of whose authorities demands one": {
            stack: [POD, sigstore({}, { authorities: [ATTESTED, { attestations: [{ predicateType: "spdxjson" }] }] })],
        },
        "a bill of materials in SPDX, by the name that cosign gives it": {
            stack: [POD, sigstore({ attestations: [{ predicateType: "spdxjson" }] })],
        },
    },
});
