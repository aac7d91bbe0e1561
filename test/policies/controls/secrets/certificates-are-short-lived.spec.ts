import { certificatesAreShortLived } from "../../../../policies/controls/secrets/certificates-are-short-lived";
import { describeControl } from "../../../support/control-suite";

const certificate = (spec: object) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web", namespace: "shop" },
    spec: { secretName: "web-tls", dnsNames: ["shop.example.org"], ...spec },
});

describeControl(certificatesAreShortLived, {
    refused: {
        "a year": {
            object: certificate({ duration: "8760h" }),
            message: `spec.duration is "8760h". Set it to 2400h or less.`,
        },
        "more than is configured": {
            object: certificate({}),
            params: { maxHours: 24 },
            message: "spec.duration is unset, which means 2160h. Set it to 24h or less.",
        },
        "something that is no duration": {
            object: certificate({ duration: "90d" }),
            message: `spec.duration is "90d", which is no duration. Write hours, e.g. 2160h.`,
        },
    },
    allowed: {
        "a hundred days": { object: certificate({ duration: "2400h0m0s" }) },
        "cert-manager's default": { object: certificate({}) },
        "an authority": { object: certificate({ duration: "87600h", isCA: true }) },
    },
});
