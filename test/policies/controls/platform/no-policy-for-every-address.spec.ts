import { noPolicyForEveryAddress } from "../../../../policies/controls/platform/no-policy-for-every-address";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy } from "../../../support/objects";

const egress = (...blocks: object[]) =>
    networkPolicy({
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: blocks.map((ipBlock) => ({ ipBlock })) }],
    });
const message = (path: string, cidr: string) => `${path} is "${cidr}", which is every address. Name the ranges.`;

describeControl(noPolicyForEveryAddress, {
    refused: {
        "egress to every IPv4 address": {
            object: egress({ cidr: "0.0.0.0/0" }),
            message: message("spec.egress[0].to[0].ipBlock.cidr", "0.0.0.0/0"),
        },
        "egress to every IPv6 address, after a range": {
            object: egress({ cidr: "10.0.0.0/8" }, { cidr: "::/0" }),
            message: message("spec.egress[0].to[1].ipBlock.cidr", "::/0"),
        },
        "ingress from every address": {
            object: networkPolicy({
                podSelector: {},
                policyTypes: ["Ingress"],
                ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
            }),
            message: message("spec.ingress[0].from[0].ipBlock.cidr", "0.0.0.0/0"),
        },
    },
    allowed: {
        "named ranges": { object: egress({ cidr: "10.0.0.0/8" }) },
        "every address but the private ones": { object: egress({ cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] }) },
        "rules of a direction that the policy does not isolate": {
            object: networkPolicy({
                podSelector: {},
                policyTypes: ["Ingress"],
                egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
            }),
        },
        "a policy that denies everything": { object: networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }) },
    },
});
