import { noAllowAllCalicoRules } from "../../../../policies/controls/network/no-allow-all-calico-rules";
import { describeControl } from "../../../support/control-suite";

const policy = (spec: object, kind = "GlobalNetworkPolicy") => ({
    apiVersion: "projectcalico.org/v3",
    kind,
    metadata: { name: "tested", ...(kind === "NetworkPolicy" && { namespace: "shop" }) },
    spec: { selector: "all()", ...spec },
});
const everybody = (place: string) => `${place} allows every peer, on every port. Name the peers and the ports.`;

describeControl(noAllowAllCalicoRules, {
    refused: {
        "a rule that names nothing": {
            object: policy({ ingress: [{ action: "Deny" }, { action: "Allow" }] }),
            message: everybody("spec.ingress[1]"),
        },
        "both ways": {
            object: policy({ ingress: [{ action: "Allow" }], egress: [{ action: "Allow", protocol: "TCP" }] }),
            message: [everybody("spec.ingress[0]"), everybody("spec.egress[0]")],
        },
        "every address in two halves": {
            object: policy({ egress: [{ action: "Allow", destination: { nets: ["0.0.0.0/1", "128.0.0.0/1"] } }] }),
            message: everybody("spec.egress[0]"),
        },
        "everybody by selector, in one namespace": {
            object: policy(
                { ingress: [{ action: "Allow", source: { selector: "all()", namespaceSelector: "all()" } }] },
                "NetworkPolicy",
            ),
            message: everybody("spec.ingress[0]"),
        },
    },
    allowed: {
        "named pods": { object: policy({ ingress: [{ action: "Allow", source: { selector: "app == 'web'" } }] }) },
        "named ports": { object: policy({ ingress: [{ action: "Allow", destination: { ports: [443] } }] }) },
        "a range": { object: policy({ egress: [{ action: "Allow", destination: { nets: ["10.0.0.0/8"] } }] }) },
        "a denial, a pass and a log of everything": {
            object: policy({ ingress: [{ action: "Pass" }, { action: "Log" }, { action: "Deny" }] }),
        },
        "a default deny": { object: policy({ types: ["Ingress", "Egress"] }) },
        "a ping": { object: policy({ ingress: [{ action: "Allow", protocol: "ICMP" }] }) },
        "service accounts": {
            object: policy({ ingress: [{ action: "Allow", source: { serviceAccounts: { names: ["web"] } } }] }),
        },
    },
});
