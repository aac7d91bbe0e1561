import { externalSecretsRefreshed } from "../../../../policies/controls/platform/external-secrets-refreshed";
import { describeControl } from "../../../support/control-suite";

const secret = (spec: object) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "db", namespace: "shop" },
    spec,
});
const interval = (value: string, extra = "", seconds = 86_400) =>
    `spec.refreshInterval is "${value}"${extra}. Set it from 1m to ${seconds}s.`;

describeControl(externalSecretsRefreshed, {
    refused: {
        "an interval of two days": { object: secret({ refreshInterval: "48h" }), message: interval("48h") },
        "an interval of zero": {
            object: secret({ refreshInterval: "0s" }),
            message: interval("0s", ", which is never again"),
        },
        "an interval of plain zero": {
            object: secret({ refreshInterval: "0" }),
            message: interval("0", ", which is never again"),
        },
        "an interval that is no duration": { object: secret({ refreshInterval: "1d" }), message: interval("1d") },
        "an interval above the configured limit": {
            object: secret({ refreshInterval: "2h" }),
            params: { maxSeconds: 3600 },
            message: interval("2h", "", 3600),
        },
        "a policy that reads once": {
            object: secret({ refreshPolicy: "CreatedOnce", refreshInterval: "1h" }),
            message: 'spec.refreshPolicy is "CreatedOnce", so a rotated value never arrives. Use Periodic.',
        },
    },
    allowed: {
        "an hour": { object: secret({ refreshInterval: "1h0m0s" }) },
        "a day": { object: secret({ refreshPolicy: "Periodic", refreshInterval: "24h" }) },
        "the API's default": { object: secret({}) },
    },
});
