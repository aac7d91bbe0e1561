import { spireFederationVerified } from "../../../../policies/controls/identity/spire-federation-verified";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const domain = (spec: Manifest): Manifest => ({
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind: "ClusterFederatedTrustDomain",
    metadata: { name: "partner" },
    spec: {
        trustDomain: "partner.io",
        bundleEndpointURL: "https://spire.partner.io:8443/bundle",
        bundleEndpointProfile: { type: "https_web" },
        ...spec,
    },
});

describeControl(spireFederationVerified, {
    refused: {
        "a bundle over plain http": {
            object: domain({ bundleEndpointURL: "http://spire.partner.io" }),
            message: "spec.bundleEndpointURL is not an https URL without user information. Correct it.",
        },
        "a password in the URL": {
            object: domain({ bundleEndpointURL: "https://user:secret@spire.partner.io" }),
            message: "spec.bundleEndpointURL is not an https URL without user information. Correct it.",
        },
        "an endpoint that nobody could verify": {
            object: domain({ bundleEndpointProfile: { type: "https_spiffe" } }),
            message:
                "spec.bundleEndpointProfile.endpointSPIFFEID is no SPIFFE ID, so the endpoint can't be verified. Name it.",
        },
    },
    allowed: {
        "a web certificate": { object: domain({}) },
        "an endpoint with its SPIFFE ID": {
            object: domain({
                bundleEndpointProfile: { type: "https_spiffe", endpointSPIFFEID: "spiffe://partner.io/spire/server" },
            }),
        },
    },
});
