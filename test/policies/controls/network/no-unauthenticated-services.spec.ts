import { noUnauthenticatedServices } from "../../../../policies/controls/network/no-unauthenticated-services";
import { describeControl } from "../../../support/control-suite";

const result = (authenticated: boolean, apiVersion = "kubescape.io/v1") => ({
    apiVersion,
    kind: "ServiceScanResult",
    metadata: { name: "db", namespace: "shop" },
    spec: {
        ports: [
            { port: 5432, authenticated: true },
            { port: 6379, authenticated },
        ],
    },
});

describeControl(noUnauthenticatedServices, {
    refused: {
        "a port that asks for nothing": {
            object: result(false),
            message: `spec.ports[1].authenticated is false for port 6379 of Service "db". Switch its authentication on.`,
        },
    },
    allowed: {
        "ports that ask": { object: result(true) },
        "a kind of that name in another API": { object: result(false, "example.org/v1") },
    },
});
