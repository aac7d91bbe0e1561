import { stackControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { unverifiedImages } from "./verifiers";

/** SLSA provenance of any version, e.g. `https://slsa.dev/provenance/v1`, or cosign's short name `slsaprovenance`. */
const isProvenance = (predicateType: string) => /slsa.*provenance/.test(predicateType);

export const imageProvenanceAttested = stackControl({
    name: "image-provenance-attested",
    description: "Every image is covered by a policy that demands signed build provenance.",
    why: "Without provenance an image built on somebody's laptop looks like one from the pipeline.",
    severity: "medium",
    // A policy may well be run by the cluster's owner, out of this stack's sight.
    enforcement: "advisory",
    covers: ["img.slsa"],
    frameworks: [...mitre("T1204.003"), ...nist("SR-4", "SA-10")],
    remediation: "Demand an attestation of type SLSA provenance in the policy that verifies the image.",
    profiles: [],
    admission: { none: "The proof lies in the registry; a policy engine that can ask it does this." },
    check: (stack, context) => unverifiedImages(stack, context, "demands build provenance for it", isProvenance),
});
