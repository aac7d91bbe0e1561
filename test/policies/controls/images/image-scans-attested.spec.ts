import { imageScansAttested } from "../../../../policies/controls/images/image-scans-attested";
import { describeImagePolicyControl, kyverno, POD } from "../../../support/image-policies";

describeImagePolicyControl(imageScansAttested, {
    missing: "demands a vulnerability scan of it",
    predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1",
    refused: {
        "a policy that demands something else": {
            stack: [POD, kyverno({ attestations: [{ type: "https://example.org/review/v1" }] })],
        },
    },
    allowed: {},
});
