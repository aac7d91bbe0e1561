import { meshMtlsIsStrict } from "../../../../policies/controls/network/mesh-mtls-is-strict";
import { describeControl } from "../../../support/control-suite";

const peer = (spec: object) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace: "shop" },
    spec,
});
const destination = (mode: string) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "db", namespace: "shop" },
    spec: { host: "db.shop.svc.cluster.local", trafficPolicy: { tls: { mode } } },
});

describeControl(meshMtlsIsStrict, {
    refused: {
        "permissive mode": {
            object: peer({ mtls: { mode: "PERMISSIVE" } }),
            message: `spec.mtls.mode is "PERMISSIVE". Set it to "STRICT".`,
        },
        "no mutual TLS": {
            object: peer({ mtls: { mode: "DISABLE" } }),
            message: `spec.mtls.mode is "DISABLE". Set it to "STRICT".`,
        },
        "one port without it": {
            object: peer({ mtls: { mode: "STRICT" }, portLevelMtls: { "8080": { mode: "DISABLE" } } }),
            message: `spec.portLevelMtls.8080.mode is "DISABLE". Set it to "STRICT".`,
        },
        "a client that speaks plain text": {
            object: destination("DISABLE"),
            message: `spec.trafficPolicy.tls.mode is "DISABLE". Set it to "ISTIO_MUTUAL".`,
        },
    },
    allowed: {
        "strict mode": { object: peer({ mtls: { mode: "STRICT" } }) },
        "the mode of the level above": { stack: [peer({ mtls: { mode: "UNSET" } }), peer({ mtls: {} }), peer({})] },
        "a client that speaks mutual TLS": { object: destination("ISTIO_MUTUAL") },
    },
});
