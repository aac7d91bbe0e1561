import { imageProvenanceAttested } from "../../../../policies/controls/images/image-provenance-attested";
import { describeImagePolicyControl, kyverno, POD } from "../../../support/image-policies";

describeImagePolicyControl(imageProvenanceAttested, {
    missing: "demands build provenance for it",
    predicateType: "https://slsa.dev/provenance/v1",
    refused: {
        "a policy that demands something else": {
            stack: [POD, kyverno({ attestations: [{ type: "https://example.org/review/v1" }] })],
        },
    },
    allowed: {},
});
