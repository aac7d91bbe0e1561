import { meshHostsAreNamed } from "../../../../policies/controls/network/mesh-hosts-are-named";
import { describeControl } from "../../../support/control-suite";

const istio = (kind: string, spec: object) => ({
    apiVersion: "networking.istio.io/v1",
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec,
});
const rule = (host: string, mode: string) => istio("DestinationRule", { host, trafficPolicy: { tls: { mode } } });

describeControl(meshHostsAreNamed, {
    refused: {
        "a route for a wildcard": {
            object: istio("VirtualService", { hosts: ["shop.example.org", "*.example.org"] }),
            message: `spec.hosts[1] is "*.example.org". Name each host.`,
        },
        "a wildcard without TLS": {
            object: rule("*.local", "DISABLE"),
            message: `spec.host is "*.local" with TLS mode "DISABLE". Name the host.`,
        },
        "a wildcard without mutual TLS": {
            object: rule("*.example.org", "SIMPLE"),
            message: `spec.host is "*.example.org" with TLS mode "SIMPLE". Name the host.`,
        },
    },
    allowed: {
        "named hosts": { object: istio("VirtualService", { hosts: ["shop.example.org"] }) },
        "a wildcard with mutual TLS": { object: rule("*.local", "ISTIO_MUTUAL") },
        "one host without TLS, which another control judges": { object: rule("db.example.org", "DISABLE") },
    },
});
