import { stackControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { unverifiedImages } from "./verifiers";

/** The vulnerability predicate of cosign and of in-toto, and VEX documents. */
const isScan = (predicateType: string) => /vuln|vex/.test(predicateType);

export const imageScansAttested = stackControl({
    name: "image-scans-attested",
    description: "Every image is covered by a policy that demands a signed vulnerability scan.",
    why: "An image that nobody scanned brings flaws that anyone can look up.",
    severity: "medium",
    // A policy may well be run by the cluster's owner, out of this stack's sight.
    enforcement: "advisory",
    covers: ["img.vuln-scan"],
    frameworks: [...mitre("T1190", "T1204.003"), ...nist("RA-5", "SI-2"), ...checklist("CTR-4", "PRE-4", "MET-5")],
    remediation: "Demand an attestation of type vuln in the policy that verifies the image, and limit its age there.",
    profiles: [],
    admission: { none: "The proof lies in the registry; a policy engine that can ask it does this." },
    check: (stack, context) => unverifiedImages(stack, context, "demands a vulnerability scan of it", isScan),
});
