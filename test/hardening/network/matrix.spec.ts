import assert from "node:assert/strict";

import { jsonOf, mermaidOf, svgOf, tableOf } from "../../../hardening/network/draw";
import { connectivity } from "../../../hardening/network/matrix";
import { portsText } from "../../../policies/kubernetes/network/ports";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";

function pod(namespace: string, name: string): Manifest {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels: { app: name } },
        spec: { containers: [{ name, image: "x", ports: [{ name: "http", containerPort: 8080 }] }] },
    };
}

function policy(namespace: string, name: string, spec: Manifest): Manifest {
    return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

const deny = (namespace: string): Manifest =>
    policy(namespace, "default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const app = (name: string) => ({ matchLabels: { app: name } });
const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

function textOf(...manifests: readonly Manifest[]): readonly string[] {
    const { connections, halfOpen } = connectivity(stackOf(...manifests));
    return [
        ...connections.map(({ from, to, ports }) => `${from.name} > ${to.name}: ${portsText(ports)}`),
        ...halfOpen.map(
            ({ from, to, ports, missing }) => `half ${from.name} > ${to.name}: ${portsText(ports)} (no ${missing})`,
        ),
    ];
}

const BOTH = [pod("a", "web"), pod("b", "db")];
const OUT = policy("a", "out", {
    podSelector: app("web"),
    policyTypes: ["Egress"],
    egress: [{ to: [{ namespaceSelector: inNamespace("b"), podSelector: app("db") }], ports: [{ port: 5432 }] }],
});
const IN = policy("b", "in", {
    podSelector: app("db"),
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ namespaceSelector: inNamespace("a") }], ports: [{ port: 5432 }, { port: 9187 }] }],
});

describe("connectivity", () => {
    it("is everything where no policy isolates a pod", () => {
        assert.deepEqual(textOf(pod("a", "web")), [
            "a/web > a/web: all",
            "a/web > anywhere: all",
            "anywhere > a/web: all",
        ]);
    });

    it("is nothing where every direction is denied", () => {
        assert.deepEqual(textOf(pod("a", "web"), deny("a")), []);
    });

    it("needs both ends, and shows what only one of them allows", () => {
        assert.deepEqual(textOf(...BOTH, deny("a"), deny("b"), OUT, IN), [
            "a/web > b/db: TCP 5432",
            "half a/web > b/db: TCP 9187 (no Egress)",
        ]);
        assert.deepEqual(textOf(...BOTH, deny("a"), deny("b"), OUT), ["half a/web > b/db: TCP 5432 (no Ingress)"]);
    });

    it("takes two peers as either and two selectors in one peer as both", () => {
        const pods = [pod("a", "web"), pod("a", "job"), pod("b", "web"), pod("b", "job")];
        const rule = (from: Manifest[]) =>
            policy("a", "in", {
                podSelector: app("web"),
                policyTypes: ["Ingress"],
                ingress: [{ from, ports: [{ port: 80 }] }],
            });
        const senders = (from: Manifest[]) =>
            textOf(...pods, rule(from)).filter((line) => line.endsWith("> a/web: TCP 80"));
        assert.deepEqual(senders([{ namespaceSelector: inNamespace("b"), podSelector: app("web") }]), [
            "b/web > a/web: TCP 80",
        ]);
        assert.deepEqual(senders([{ namespaceSelector: inNamespace("b") }, { podSelector: app("job") }]), [
            "a/job > a/web: TCP 80",
            "b/job > a/web: TCP 80",
            "b/web > a/web: TCP 80",
        ]);
    });

    it("names addresses, foreign namespaces and anywhere, and keeps exceptions visible", () => {
        const out = policy("a", "out", {
            podSelector: {},
            policyTypes: ["Egress", "Ingress"],
            egress: [
                { to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }], ports: [{ port: 443 }] },
                { to: [{ namespaceSelector: inNamespace("kube-system"), podSelector: app("dns") }] },
                { to: [{ namespaceSelector: {} }], ports: [{ port: 1 }] },
                { ports: [{ port: 2 }] },
            ],
        });
        assert.deepEqual(textOf(pod("a", "web"), out), [
            "a/web > 10.0.0.0/8 except 10.1.0.0/16: TCP 443",
            "a/web > anywhere: TCP 2",
            "a/web > every namespace: TCP 1",
            "a/web > kube-system (app=dns): all",
            "half a/web > a/web: TCP 1-2 (no Ingress)",
        ]);
    });

    it("reads a named port at the end that listens", () => {
        const out = policy("a", "out", {
            podSelector: app("web"),
            policyTypes: ["Egress"],
            egress: [{ to: [{ namespaceSelector: inNamespace("b") }], ports: [{ port: "http" }] }],
        });
        assert.ok(textOf(...BOTH, out).includes("a/web > b/db: TCP 8080"));
    });

    it("isolates egress only where the policy says so or has egress rules", () => {
        const ingressOnly = policy("a", "in", { podSelector: {}, ingress: [] });
        assert.deepEqual(textOf(pod("a", "web"), ingressOnly), ["a/web > anywhere: all"]);
    });
});

describe("drawings of the connectivity", () => {
    const matrix = connectivity(stackOf(...BOTH, deny("a"), deny("b"), OUT, IN));

    it("are a table with what is open at one end only below it", () => {
        assert.equal(
            tableOf(matrix),
            [
                "FROM   TO    PORTS",
                "a/web  b/db  TCP 5432",
                "",
                "Open at one end only:",
                "a/web -> b/db TCP 9187: a/web may not send it",
                "",
            ].join("\n"),
        );
    });

    it("are a Mermaid chart with a box for each namespace", () => {
        assert.equal(
            mermaidOf(matrix),
            [
                "flowchart LR",
                '    subgraph s0["a"]',
                '        n0["a/web"]',
                "    end",
                '    subgraph s1["b"]',
                '        n1["b/db"]',
                "    end",
                '    n0 -->|"TCP 5432"| n1',
                "",
            ].join("\n"),
        );
    });

    it("are an SVG with one cell a connection and escaped names", () => {
        const svg = svgOf(matrix, 'A "<&>" stack');
        assert.equal(svg.match(/<g>/g)?.length, 1);
        assert.ok(svg.includes("<title>a/web to b/db: TCP 5432</title>"));
        assert.ok(svg.includes("<title>A &quot;&lt;&amp;&gt;&quot; stack</title>"));
    });

    it("are JSON for other tools", () => {
        assert.deepEqual(JSON.parse(jsonOf(matrix)), {
            schema: 1,
            connections: [{ from: "a/web", to: "b/db", ports: [{ protocol: "TCP", from: 5432, to: 5432 }] }],
            halfOpen: [
                { from: "a/web", to: "b/db", ports: [{ protocol: "TCP", from: 9187, to: 9187 }], missing: "Egress" },
            ],
            unknown: [],
        });
    });
});
