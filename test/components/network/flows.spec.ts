import assert from "node:assert/strict";

import type { Flow, Peer } from "../../../components/network/flows";
import { flowFaults, policySpecs } from "../../../components/network/flows";

const web: Peer = { kind: "pods", namespace: "shop", labels: { app: "web" } };
const database: Peer = { kind: "pods", namespace: "data", labels: { app: "db" } };
const prometheus: Peer = { kind: "foreign", namespace: "monitoring", labels: { app: "prometheus" } };

function flow(over: Partial<Flow> = {}): Flow {
    return { name: "query", reason: "Reads orders.", from: web, to: database, ports: [{ port: 5432 }], ...over };
}

describe("network flows", () => {
    it("open both ends of a flow between managed pods", () => {
        assert.deepEqual(policySpecs([flow()]), [
            {
                name: "query-egress",
                namespace: "shop",
                reason: "Reads orders.",
                spec: {
                    podSelector: { matchLabels: { app: "web" } },
                    policyTypes: ["Egress"],
                    egress: [
                        {
                            to: [
                                {
                                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } },
                                    podSelector: { matchLabels: { app: "db" } },
                                },
                            ],
                            ports: [{ protocol: "TCP", port: 5432 }],
                        },
                    ],
                },
            },
            {
                name: "query-ingress",
                namespace: "data",
                reason: "Reads orders.",
                spec: {
                    podSelector: { matchLabels: { app: "db" } },
                    policyTypes: ["Ingress"],
                    ingress: [
                        {
                            from: [
                                {
                                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
                                    podSelector: { matchLabels: { app: "web" } },
                                },
                            ],
                            ports: [{ protocol: "TCP", port: 5432 }],
                        },
                    ],
                },
            },
        ]);
    });

    it("write no policy into a namespace that others run", () => {
        const policies = policySpecs([flow({ from: prometheus })]);
        assert.deepEqual(
            policies.map(({ namespace, name }) => `${namespace}/${name}`),
            ["data/query-ingress"],
        );
    });

    it("name addresses outside the pod network by range", () => {
        const [policy] = policySpecs([flow({ to: { kind: "addresses", cidrs: ["10.0.0.0/28", "fd00::/120"] } })]);
        assert.deepEqual(policy?.spec.egress, [
            {
                to: [{ ipBlock: { cidr: "10.0.0.0/28" } }, { ipBlock: { cidr: "fd00::/120" } }],
                ports: [{ protocol: "TCP", port: 5432 }],
            },
        ]);
    });

    const refusals: readonly [string, readonly Flow[], string][] = [
        ["no port", [flow({ ports: [] })], "flow query names no port; without ports it would open all of them"],
        [
            "no managed end",
            [flow({ from: prometheus, to: { kind: "addresses", cidrs: ["10.0.0.0/8"] } })],
            "flow query has no end in a managed namespace, so no policy can allow it",
        ],
        [
            "every pod of a managed namespace",
            [flow({ to: { ...database, labels: {} } })],
            "flow query selects every pod of data; name the labels of the pods it is for",
        ],
        [
            "no address",
            [flow({ to: { kind: "addresses", cidrs: [] } })],
            "flow query names no addresses; an empty list would mean anywhere",
        ],
        [
            "every address",
            [flow({ to: { kind: "addresses", cidrs: ["0.0.0.0/0"] } })],
            "flow query opens 0.0.0.0/0, which is everywhere; name the addresses",
        ],
        [
            "every address beside pods that others run",
            [flow({ to: { ...prometheus, addresses: ["169.254.20.10/32", "::/0"] } })],
            "flow query opens ::/0, which is everywhere; name the addresses",
        ],
        [
            "a protocol that no policy knows",
            [flow({ ports: [{ port: 53, protocol: "udp" as "UDP" }, { port: 53 }] })],
            'flow query has the protocol "udp"; it must be one of TCP, UDP, SCTP',
        ],
    ];
    for (const [what, flows, message] of refusals) {
        it(`refuse ${what}`, () => {
            assert.deepEqual(flowFaults(flows), [message]);
        });
    }

    it("refuse two flows that make the same policy", () => {
        assert.deepEqual(flowFaults([flow(), flow()]), [
            "two flows make the NetworkPolicy shop/query-egress; give each flow a name of its own",
            "two flows make the NetworkPolicy data/query-ingress; give each flow a name of its own",
        ]);
    });

    it("allow a range of every address where exceptions narrow it", () => {
        const to: Peer = { kind: "addresses", cidrs: ["0.0.0.0/0"], except: ["169.254.169.254/32"] };
        assert.deepEqual(flowFaults([flow({ to })]), []);
    });
});
