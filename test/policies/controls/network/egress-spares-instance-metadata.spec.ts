import { egressSparesInstanceMetadata } from "../../../../policies/controls/network/egress-spares-instance-metadata";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy } from "../../../support/objects";

const to = (...peers: unknown[]) =>
    networkPolicy({
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        egress: [{ to: peers, ports: [{ port: 443 }] }],
    });
const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, except } });
const message = (cidr: string, address: string): string =>
    `spec.egress[0].to[0].ipBlock holds ${address}, the cloud's instance metadata (cidr "${cidr}"). Put it under except.`;

describeControl(egressSparesInstanceMetadata, {
    refused: {
        "every address": { object: to(block("0.0.0.0/0")), message: message("0.0.0.0/0", "169.254.169.254") },
        "the link-local range": {
            object: to(block("169.254.0.0/16", "169.254.1.0/24")),
            message: message("169.254.0.0/16", "169.254.169.254"),
        },
        "every address of the other family": { object: to(block("::/0")), message: message("::/0", "fd00:ec2::254") },
        "a rule that names nothing": {
            object: networkPolicy({ podSelector: {}, egress: [{}] }),
            message:
                "spec.egress[0] allows every address, the instance metadata's (169.254.169.254) too. Name the peers.",
        },
        "plain HTTP to every address": {
            object: networkPolicy({
                podSelector: {},
                egress: [{ ports: [{ port: 53, protocol: "UDP" }, { port: 80 }] }],
            }),
            message:
                "spec.egress[0] allows every address, the instance metadata's (169.254.169.254) too. Name the peers.",
        },
        "a span of ports to every address": {
            object: networkPolicy({ podSelector: {}, egress: [{ ports: [{ port: 1, endPort: 1023 }] }] }),
            message:
                "spec.egress[0] allows every address, the instance metadata's (169.254.169.254) too. Name the peers.",
        },
        "TCP to every address": {
            object: networkPolicy({ podSelector: {}, egress: [{ ports: [{ protocol: "TCP" }] }] }),
            message:
                "spec.egress[0] allows every address, the instance metadata's (169.254.169.254) too. Name the peers.",
        },
    },
    allowed: {
        "DNS to every address": {
            object: networkPolicy({
                podSelector: {},
                egress: [{ ports: [{ port: 53, protocol: "UDP" }, { port: 443 }, { port: "https" }] }],
            }),
        },
        "every address but the metadata's": { object: to(block("0.0.0.0/0", "169.254.169.254/32")) },
        "every address but the link-local ones": { object: to(block("0.0.0.0/0", "169.254.0.0/16")) },
        "every address but the metadata's of another cloud": {
            object: to(block("0.0.0.0/0", "100.100.100.200/32")),
        },
        "a narrower range": { object: to(block("10.0.0.0/8")) },
        "pods as peers": { object: to({ podSelector: {} }) },
        "a default deny": { object: networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }) },
    },
});
