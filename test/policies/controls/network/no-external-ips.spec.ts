import { noExternalIps } from "../../../../policies/controls/network/no-external-ips";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const message = (index: number, address: string): string =>
    `spec.externalIPs[${index}] is "${address}". Remove it; a load balancer or Gateway assigns addresses.`;

describeControl(noExternalIps, {
    refused: {
        "an external address": { object: service({ externalIPs: ["192.0.2.1"] }), message: message(0, "192.0.2.1") },
        "an external address beside one that is allowed": {
            object: service({ externalIPs: ["192.0.2.1", "198.51.100.7"] }),
            params: { allowed: ["192.0.2.1"] },
            message: message(1, "198.51.100.7"),
        },
    },
    allowed: {
        "a Service without them": { object: service() },
        "an empty list": { object: service({ externalIPs: [] }) },
    },
});
