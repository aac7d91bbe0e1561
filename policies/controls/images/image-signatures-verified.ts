import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { unverifiedImages } from "./verifiers";

export const imageSignaturesVerified = stackControl({
    name: "image-signatures-verified",
    description: "Every image is covered by a policy that verifies its signature.",
    why: "Without a check of the signature, whoever can write to the registry decides what runs.",
    severity: "medium",
    // A policy may well be run by the cluster's owner, out of this stack's sight.
    enforcement: "advisory",
    covers: ["img.signature"],
    frameworks: [
        ...cis("5.5.1"),
        ...mitre("T1525", "T1204.003"),
        ...nist("SI-7", "SR-4"),
        ...soc2("CC6.8"),
        ...checklist("CTR-4"),
    ],
    remediation: "Cover the image with a Kyverno verifyImages rule or a sigstore ClusterImagePolicy that enforces.",
    profiles: [],
    admission: { none: "The proof lies in the registry; a policy engine that can ask it does this." },
    check: (stack, context) => unverifiedImages(stack, context, "verifies its signature"),
});
