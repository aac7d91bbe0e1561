import { stackControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { unverifiedImages } from "./verifiers";

/** CycloneDX and SPDX, by predicate type or by the short names that cosign uses. */
const isSbom = (predicateType: string) => /cyclonedx|spdx/.test(predicateType);

export const imageSbomsAttested = stackControl({
    name: "image-sboms-attested",
    description: "Every image is covered by a policy that demands a signed bill of materials.",
    why: "Without a bill of materials nobody knows on the day of a disclosure which images hold the flaw.",
    severity: "medium",
    // A policy may well be run by the cluster's owner, out of this stack's sight.
    enforcement: "advisory",
    covers: ["img.sbom"],
    frameworks: [...mitre("T1204.003"), ...nist("CM-8", "SR-4")],
    remediation: "Demand an attestation of type CycloneDX or SPDX in the policy that verifies the image.",
    profiles: [],
    admission: { none: "The proof lies in the registry; a policy engine that can ask it does this." },
    check: (stack, context) => unverifiedImages(stack, context, "demands a bill of materials for it", isSbom),
});
