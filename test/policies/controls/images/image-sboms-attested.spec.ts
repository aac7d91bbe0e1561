import { imageSbomsAttested } from "../../../../policies/controls/images/image-sboms-attested";
import { describeImagePolicyControl, kyverno, POD, sigstore } from "../../../support/image-policies";

describeImagePolicyControl(imageSbomsAttested, {
    missing: "demands a bill of materials for it",
    predicateType: "https://cyclonedx.org/bom",
    refused: {
        "a policy that demands something else": {
            stack: [POD, kyverno({ attestations: [{ type: "https://example.org/review/v1" }] })],
        },
    },
    allowed: {
        "a bill of materials in SPDX, by the name that cosign gives it": {
            stack: [POD, sigstore({ attestations: [{ predicateType: "spdxjson" }] })],
        },
    },
});
