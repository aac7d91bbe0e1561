import assert from "node:assert/strict";

import { Mesh } from "../../../components/mesh/mesh";
import type { MeshSettings } from "../../../components/mesh/settings";
import { meshSettings } from "../../../components/mesh/settings";
import { meshAnnotations, meshResources } from "../../../components/mesh/specs";
import { deploy, refusalOf } from "../../support/deploy";

const CALLERS = [{ namespace: "front", serviceAccount: "gateway" }];
const ISTIO: MeshSettings = { kind: "istio", callers: CALLERS };
const LINKERD: MeshSettings = { kind: "linkerd", callers: CALLERS, trustDomain: "cluster.local" };
const CONTEXT = { namespace: "shop", app: "web", port: 8080, trustDomain: "example.org" };

describe("Mesh", () => {
    it("with Istio enforces mutual TLS and allows named identities of SPIRE's trust domain only", () => {
        assert.deepEqual(
            meshResources(ISTIO, CONTEXT).map(({ kind, name, spec }) => [kind, name, spec]),
            [
                ["PeerAuthentication", "default", { mtls: { mode: "STRICT" } }],
                ["AuthorizationPolicy", "deny-all", {}],
                [
                    "AuthorizationPolicy",
                    "web",
                    {
                        selector: { matchLabels: { app: "web" } },
                        action: "ALLOW",
                        rules: [
                            {
                                from: [{ source: { principals: ["example.org/ns/front/sa/gateway"] } }],
                                to: [{ operation: { ports: ["8080"] } }],
                            },
                        ],
                    },
                ],
                [
                    "DestinationRule",
                    "web",
                    { host: "web.shop.svc.cluster.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
                ],
            ],
        );
    });

    it("with Istio takes the identity from SPIRE's Workload API", () => {
        assert.deepEqual(meshAnnotations(ISTIO), {
            "sidecar.istio.io/inject": "true",
            "inject.istio.io/templates": "sidecar,spire",
        });
    });

    it("with Linkerd denies all and allows named identities of Linkerd's own authority", () => {
        assert.deepEqual(
            meshResources(LINKERD, CONTEXT).map(({ kind, spec }) => [kind, spec]),
            [
                [
                    "Server",
                    {
                        podSelector: { matchLabels: { app: "web" } },
                        port: 8080,
                        proxyProtocol: "HTTP/1",
                        accessPolicy: "deny",
                    },
                ],
                [
                    "MeshTLSAuthentication",
                    { identities: ["gateway.front.serviceaccount.identity.linkerd.cluster.local"] },
                ],
                [
                    "AuthorizationPolicy",
                    {
                        targetRef: { group: "policy.linkerd.io", kind: "Server", name: "web" },
                        requiredAuthenticationRefs: [
                            { group: "policy.linkerd.io", kind: "MeshTLSAuthentication", name: "web" },
                        ],
                    },
                ],
            ],
        );
        assert.deepEqual(meshAnnotations(LINKERD), { "linkerd.io/inject": "enabled" });
    });

    for (const settings of [ISTIO, LINKERD]) {
        it(`registers the objects of ${settings.kind} in the platform's namespace, and no others`, async () => {
            const deployed = await deploy(() => new Mesh("mesh", { ...CONTEXT, settings }));
            const expected = meshResources(settings, CONTEXT).map(
                ({ apiVersion, kind, name }) => `kubernetes:${apiVersion}:${kind} mesh-${kind}-${name}`,
            );
            assert.deepEqual(
                deployed
                    .list()
                    .filter(([type]) => type.startsWith("kubernetes:"))
                    .map((entry) => entry.join(" ")),
                expected.sort((a, b) => a.localeCompare(b)),
            );
        });
    }

    it("is refused with a caller named twice and with an account that everybody has", async () => {
        const callers = [...CALLERS, ...CALLERS, { namespace: "front", serviceAccount: "default" }];
        assert.equal(
            await refusalOf(() => new Mesh("mesh", { ...CONTEXT, settings: { kind: "istio", callers } })),
            [
                "mesh:",
                "  callers names front/gateway twice",
                "  callers[2] is front/default: every pod without an account of its own has that identity; name an account",
            ].join("\n"),
        );
    });

    it("is refused without callers, which would allow nobody or, misread, everybody", () => {
        const faults: string[] = [];
        meshSettings.read({ kind: "istio", callers: [] }, "mesh", faults);
        assert.deepEqual(faults, ["mesh.callers must be a list of at least 1, found an empty list"]);
    });
});
