import { noAllowAllCiliumRules } from "../../../../policies/controls/network/no-allow-all-cilium-rules";
import { describeControl } from "../../../support/control-suite";

const policy = (fields: object) => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "rules", namespace: "shop" },
    ...fields,
});
const web = { endpointSelector: { matchLabels: { app: "web" } } };
const message = (path: string, what: string): string =>
    `${path} allows ${what}, on every port. Name the peers and the ports.`;
const toPorts = [{ ports: [{ port: "443", protocol: "TCP" }] }];

describeControl(noAllowAllCiliumRules, {
    refused: {
        "the whole world": {
            object: policy({ spec: { ...web, egress: [{ toEntities: ["kube-apiserver", "world"] }] } }),
            message: message("spec.egress[0]", `entity "world"`),
        },
        "every address": {
            object: policy({ spec: { ...web, ingress: [{ fromCIDRSet: [{ cidr: "0.0.0.0/0" }] }] } }),
            message: message("spec.ingress[0]", `range "0.0.0.0/0"`),
        },
        "every endpoint, in one of several specs": {
            object: policy({ specs: [web, { ...web, ingress: [{ fromEndpoints: [{}] }] }] }),
            message: message("specs[1].ingress[0]", "every endpoint"),
        },
        "every name": {
            object: policy({
                spec: { ...web, egress: [{ toFQDNs: [{ matchName: "a.test" }, { matchPattern: "*" }] }] },
            }),
            message: "spec.egress[0] allows every name, on every port. Name the peers and the ports.",
        },
    },
    allowed: {
        "names of a domain": {
            object: policy({ spec: { ...web, egress: [{ toFQDNs: [{ matchPattern: "*.a.test" }] }] } }),
        },
        "a default deny": { object: policy({ spec: { endpointSelector: {}, ingress: [{}], egress: [{}] } }) },
        "named endpoints": {
            object: policy({ spec: { ...web, ingress: [{ fromEndpoints: [{ matchLabels: { app: "api" } }] }] } }),
        },
        "the world on a named port": {
            object: policy({ spec: { ...web, egress: [{ toEntities: ["world"], toPorts }] } }),
        },
    },
});
