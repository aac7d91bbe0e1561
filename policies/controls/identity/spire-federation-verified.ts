import { objectControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";

export const spireFederationVerified = objectControl({
    name: "spire-federation-verified",
    description: "Foreign trust bundles come from verified endpoints.",
    why: "Who can swap a foreign bundle can issue identities that this cluster takes for the partner's.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1557"), ...nist("SC-8(1)", "IA-9"), ...checklist("P0-2.1", "ZT-3")],
    remediation: "Use an https URL, and name the endpoint's SPIFFE ID where the profile is https_spiffe.",
    profiles: ["x0tta6bl4"],
    kinds: ["spire.spiffe.io/ClusterFederatedTrustDomain"],
    *check(object) {
        const spec = obj(object.body["spec"]);
        const profile = obj(spec["bundleEndpointProfile"]);
        const path = `${object.prefix}spec`;
        if (!/^https:\/\/[^@/]+(?:\/[^@]*)?$/.test(str(spec["bundleEndpointURL"]))) {
            yield {
                path: `${path}.bundleEndpointURL`,
                message: `${path}.bundleEndpointURL is not an https URL without user information. Correct it.`,
                absent: spec["bundleEndpointURL"] === undefined,
            };
        }
        if (profile["type"] === "https_spiffe" && !str(profile["endpointSPIFFEID"]).startsWith("spiffe://")) {
            yield {
                path: `${path}.bundleEndpointProfile.endpointSPIFFEID`,
                message: `${path}.bundleEndpointProfile.endpointSPIFFEID is no SPIFFE ID, so the endpoint can't be verified. Name it.`,
                absent: profile["endpointSPIFFEID"] === undefined,
            };
        }
    },
    admission: {
        expression:
            'object.kind != "ClusterFederatedTrustDomain" || (object.spec.bundleEndpointURL.matches("^https://[^@/]+(/[^@]*)?$") && (object.spec.bundleEndpointProfile.type != "https_spiffe" || (has(object.spec.bundleEndpointProfile.endpointSPIFFEID) && object.spec.bundleEndpointProfile.endpointSPIFFEID.startsWith("spiffe://"))))',
    },
});
