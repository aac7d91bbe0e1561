import assert from "node:assert/strict";

import type { ShieldSettings } from "../../../components/shield/settings";
import { shieldSettings } from "../../../components/shield/settings";
import { backendFaults, pathFaults, Shield, shieldFlows } from "../../../components/shield/shield";
import { backendSpec, clientSpec, gatewaySpec, proxySpec, routeSpec } from "../../../components/shield/specs";
import { deploy } from "../../support/deploy";
import { readAs, strangers } from "../../support/stranger";

const RAW = {
    host: "app.example.org",
    certificateSecret: "shield-tls",
    exposure: { sourceRanges: ["203.0.113.0/24"] },
};

function read(over: object = {}): { settings: ShieldSettings; faults: readonly string[] } {
    const faults: string[] = [];
    return { settings: shieldSettings.read({ ...RAW, ...over }, "shield", faults), faults };
}

const ARGS = {
    settings: read().settings,
    platform: { namespace: "shop", app: "web", port: 8080, metricsPath: "/metrics" },
    spiffeId: "spiffe://example.org/ns/shop/sa/web",
};

describe("Shield", () => {
    it("creates exactly the gateway, its proxies, the route, two policies and the flow to the platform", async () => {
        const deployed = await deploy(() => new Shield("shield", ARGS));
        assert.deepEqual(
            deployed
                .list()
                .filter(([type]) => type.startsWith("kubernetes:"))
                .map((entry) => entry.join(" ").replace("kubernetes:", "")),
            [
                "gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy shield-backend",
                "gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy shield-client",
                "gateway.envoyproxy.io/v1alpha1:EnvoyProxy shield-proxy",
                "gateway.networking.k8s.io/v1:Gateway shield-gateway",
                "gateway.networking.k8s.io/v1:HTTPRoute shield-route",
                "networking.k8s.io/v1:NetworkPolicy shield-network-shop-shield-ingress",
            ],
        );
    });

    it("is led to by the platform's router where that is set, TLS as it is, and by no load balancer", async () => {
        const { settings, faults } = read({
            exposure: { sourceRanges: ["203.0.113.0/24", "198.51.100.0/24"], through: "route" },
        });
        assert.deepEqual(faults, []);
        const deployed = await deploy(() => new Shield("shield", { ...ARGS, settings }));
        const { metadata, spec } = deployed.inputs("kubernetes:route.openshift.io/v1:Route", "shield-router");
        assert.deepEqual(metadata, {
            name: "shield-shop",
            namespace: "envoy-gateway-system",
            annotations: {
                "haproxy.router.openshift.io/ip_allowlist": "203.0.113.0/24 198.51.100.0/24",
                "haproxy.router.openshift.io/rate-limit-connections": "true",
                "haproxy.router.openshift.io/rate-limit-connections.concurrent-tcp": "20",
            },
            labels: { owner: "security-team" },
        });
        assert.deepEqual(spec, {
            host: "app.example.org",
            to: { kind: "Service", name: "shield-shop", weight: 100 },
            tls: { termination: "passthrough", insecureEdgeTerminationPolicy: "None" },
            wildcardPolicy: "None",
        });
        const { provider } = proxySpec(settings, "shop") as { provider: { kubernetes: { envoyService: object } } };
        assert.deepEqual(provider.kubernetes.envoyService, { type: "ClusterIP", name: "shield-shop" });
    });

    it("is led to by a router only on a platform that has one", () => {
        const shield = {
            ...(strangers("sienna")["shield"] as object),
            exposure: { sourceRanges: ["10.0.0.0/8"], through: "route" },
        };
        const faultsOn = (platform: string) => {
            const { cluster, ...rest } = strangers("sienna");
            return readAs({ ...rest, shield, cluster: { ...(cluster as object), platform } }).faults;
        };
        assert.deepEqual(faultsOn("eks"), [
            'acme:shield.exposure.through is "route", and Amazon EKS has no router of its own; leave it out',
        ]);
        assert.deepEqual(faultsOn("openshift"), []);
    });

    it("verifies the platform's certificate where it serves TLS, by name or by SPIFFE ID", async () => {
        const backendTls = { hostname: "web.shop.svc", authority: "shop-ca" };
        const { settings, faults } = read({ backendTls });
        assert.deepEqual(faults, []);
        const type = "kubernetes:gateway.networking.k8s.io/v1:BackendTLSPolicy";
        const deployed = await deploy(() => new Shield("shield", { ...ARGS, settings }));
        const { metadata, spec } = deployed.inputs(type, "shield-backend-tls");
        const validation = {
            hostname: "web.shop.svc",
            caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "shop-ca" }],
        };
        const targetRefs = [{ group: "", kind: "Service", name: "web" }];
        assert.deepEqual(metadata, { name: "shield", namespace: "shop", labels: { owner: "security-team" } });
        assert.deepEqual(spec, { targetRefs, validation });
        const route = deployed.dependencies("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "shield-route");
        assert.ok(route.includes("shield-backend-tls"), "a request could reach the platform before");
        const bySvid = await deploy(
            () =>
                new Shield("shield", {
                    ...ARGS,
                    settings: read({ backendTls: { ...backendTls, svid: true } }).settings,
                }),
        );
        const subjectAltNames = [{ type: "URI", uri: "spiffe://example.org/ns/shop/sa/web" }];
        assert.deepEqual(bySvid.inputs(type, "shield-backend-tls")["spec"], {
            targetRefs,
            validation: { ...validation, subjectAltNames },
        });
    });

    it("refuses TLS to a port at which metrics are asked for in the clear", () => {
        const { settings } = read({ backendTls: { hostname: "web.shop.svc", authority: "shop-ca" } });
        const fault =
            "backendTls needs a port of its own for the application's metrics, which are asked for in the clear; set acme:applications.till.metricsPort";
        const AT = "acme:applications.till";
        assert.deepEqual(backendFaults(settings, { port: 8080, metricsPort: undefined }, AT), [fault]);
        assert.deepEqual(backendFaults(settings, { port: 8080, metricsPort: 8080 }, AT), [fault]);
        assert.deepEqual(backendFaults(settings, { port: 8080, metricsPort: 9090 }, AT), []);
        assert.deepEqual(backendFaults(read().settings, { port: 8080, metricsPort: undefined }, AT), []);
        const wrong = { hostname: "*.shop.svc", authority: "Shop" };
        assert.match(
            read({ backendTls: wrong }).faults.join("\n"),
            /^shield\.backendTls\.hostname must be a full host name.*\nshield\.backendTls\.authority must be/,
        );
    });

    it("opens the route only after the limits stand", async () => {
        const deployed = await deploy(() => new Shield("shield", ARGS));
        const needed = deployed.dependencies("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "shield-route");
        assert.ok(needed.includes("shield-client") && needed.includes("shield-backend"), needed.join(", "));
    });

    it("takes TLS 1.3 only, post-quantum first, for one name with one certificate", () => {
        assert.deepEqual(clientSpec(ARGS.settings)["tls"], {
            minVersion: "1.3",
            ecdhCurves: ["X25519MLKEM768", "X25519"],
        });
        assert.deepEqual(gatewaySpec(ARGS.settings)["listeners"], [
            {
                name: "https",
                protocol: "HTTPS",
                port: 443,
                hostname: "app.example.org",
                tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "shield-tls" }] },
                allowedRoutes: { namespaces: { from: "Same" } },
            },
        ]);
    });

    it("bounds connections, time, rate, size and what is under way", () => {
        const { settings } = read({
            limits: {
                requestsPerSecond: 5,
                connections: 100,
                bodySize: "64Ki",
                requestSeconds: 3,
                parallelRequests: 7,
            },
        });
        assert.deepEqual(clientSpec(settings)["connection"], {
            connectionLimit: { value: 100, closeDelay: "1s" },
            bufferLimit: "32Ki",
        });
        assert.deepEqual(clientSpec(settings)["timeout"], {
            http: {
                requestHeadersReceivedTimeout: "5s",
                requestReceivedTimeout: "3s",
                idleTimeout: "60s",
                streamIdleTimeout: "30s",
            },
        });
        const { rateLimit, requestBuffer, circuitBreaker } = backendSpec(settings) as {
            rateLimit: { local: { rules: { limit: object }[] } };
            requestBuffer: object;
            circuitBreaker: object;
        };
        assert.deepEqual(
            rateLimit.local.rules.map(({ limit }) => limit),
            [
                { requests: 5, unit: "Second" },
                { requests: 5, unit: "Second" },
            ],
        );
        assert.deepEqual(requestBuffer, { limit: "64Ki" });
        assert.deepEqual(circuitBreaker, { maxParallelRequests: 7, maxPendingRequests: 7, maxConnections: 7 });
    });

    it("runs its proxies hardened, scaled, with a budget and a priority, and lets in the named ranges only", () => {
        const { provider } = proxySpec(ARGS.settings, "shop") as {
            provider: { kubernetes: Record<string, Record<string, unknown>> };
        };
        const { envoyDeployment, envoyHpa, envoyPDB, envoyService } = provider.kubernetes;
        assert.deepEqual(envoyDeployment?.["pod"], { priorityClassName: "system-cluster-critical" });
        assert.deepEqual((envoyDeployment["container"] as { securityContext: object }).securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
            runAsNonRoot: true,
        });
        assert.equal(envoyHpa?.["minReplicas"], 2);
        assert.equal(envoyHpa["maxReplicas"], 6);
        assert.deepEqual(envoyPDB, { maxUnavailable: 1 });
        assert.deepEqual(envoyService?.["loadBalancerSourceRanges"], ["203.0.113.0/24"]);
    });

    const rulesFor = (paths?: readonly string[]) =>
        routeSpec(read(paths && { paths }).settings, ARGS.platform)["rules"] as readonly {
            readonly matches: readonly { readonly path: { readonly type: string; readonly value: string } }[];
            readonly backendRefs?: unknown;
        }[];

    it("sends to the platform's Service, within a time, what is served and no metrics", () => {
        assert.deepEqual(routeSpec(ARGS.settings, ARGS.platform), {
            parentRefs: [{ name: "shield" }],
            hostnames: ["app.example.org"],
            rules: [
                { matches: [{ path: { type: "PathPrefix", value: "/metrics" } }] },
                {
                    matches: [{ path: { type: "PathPrefix", value: "/" } }],
                    backendRefs: [{ name: "web", port: 8080 }],
                    timeouts: { request: "30s", backendRequest: "25s" },
                },
            ],
        });
    });

    /** Where a request goes by Gateway API's rules: the longest prefix of whole path elements decides. */
    function isForwarded(path: string, paths?: readonly string[]): boolean {
        const found = rulesFor(paths)
            .flatMap((rule) => rule.matches.map(({ path: { value } }) => ({ rule, value: value.replace(/\/$/, "") })))
            .filter(({ value }) => path === value || path.startsWith(`${value}/`))
            .sort((a, b) => b.value.length - a.value.length)[0];
        return found?.rule.backendRefs !== undefined;
    }

    it("never forwards the metrics or what is below them, whatever is served beside", () => {
        for (const paths of [undefined, ["/api"], ["/", "/metric"], ["/api", "/app/"]]) {
            assert.equal(isForwarded("/metrics", paths), false);
            assert.equal(isForwarded("/metrics/", paths), false);
            assert.equal(isForwarded("/metrics/pods", paths), false);
        }
        assert.equal(isForwarded("/metricsboard"), true);
        assert.equal(isForwarded("/api/orders", ["/api"]), true);
        assert.equal(isForwarded("/admin", ["/api"]), false);
    });

    it("is refused where it would serve the metrics by name", () => {
        const faults = (...paths: string[]) => pathFaults(read({ paths }).settings, ARGS.platform);
        assert.deepEqual(faults("/", "/api", "/metricsboard"), []);
        assert.deepEqual(faults("/metrics/", "/metrics/pods"), [
            'paths[0] is "/metrics/", where the application serves its metrics (/metrics); leave it out',
            'paths[1] is "/metrics/pods", where the application serves its metrics (/metrics); leave it out',
        ]);
        assert.equal(pathFaults(read().settings, { metricsPath: "/" }).length, 1);
    });

    it("opens the platform's port to its own proxies, and to nobody else", () => {
        assert.deepEqual(shieldFlows(ARGS), [
            {
                name: "shield",
                reason: "Requests from outside, after the shield has judged them.",
                from: {
                    kind: "foreign",
                    namespace: "envoy-gateway-system",
                    labels: {
                        "gateway.envoyproxy.io/owning-gateway-name": "shield",
                        "gateway.envoyproxy.io/owning-gateway-namespace": "shop",
                    },
                },
                to: { kind: "pods", namespace: "shop", labels: { app: "web" } },
                ports: [{ port: 8080 }],
            },
        ]);
    });

    const refused: readonly [string, object, string][] = [
        [
            "a wildcard host",
            { host: "*.example.org" },
            'shield.host must be a full host name without wildcards, found "*.example.org"',
        ],
        [
            "a door that is open to everybody by accident",
            { exposure: { sourceRanges: ["10.0.0.0/8", "0.0.0.0/0"] } },
            "shield.exposure opens 0.0.0.0/0, which is everywhere; set public to true if that is meant",
        ],
        [
            "nobody to let in",
            { exposure: { sourceRanges: [] } },
            "shield.exposure.sourceRanges must be a list of at least 1, found an empty list",
        ],
        [
            "a path that no route may have",
            { paths: ["/", "/a/b/", "/.well-known", "/..a", "/a//b"] },
            'shield.paths[4] must be an absolute path of letters, digits, dots, dashes, underscores and tildes, without //, /./ or /../, found "/a//b"',
        ],
        ...["/..", "/a/./b", "a"].map((path): [string, object, string] => [
            `the path ${path}`,
            { paths: [path] },
            `shield.paths[0] must be an absolute path of letters, digits, dots, dashes, underscores and tildes, without //, /./ or /../, found "${path}"`,
        ]),
        [
            "no limit on requests",
            { limits: { requestsPerSecond: 0 } },
            "shield.limits.requestsPerSecond must be a whole number from 1 to 100000, found 0",
        ],
        [
            "one replica",
            { replicas: { minimum: 1 } },
            "shield.replicas.minimum must be a whole number from 2 to 100, found 1",
        ],
        [
            "a maximum below the minimum",
            { replicas: { minimum: 5, maximum: 3 } },
            "shield.replicas has a maximum of 3, which is below its minimum of 5",
        ],
    ];
    for (const [title, over, message] of refused) {
        it(`is refused with ${title}`, () => {
            assert.deepEqual(read(over).faults, [message]);
        });
    }

    it("may be open to everybody where that is said", () => {
        assert.deepEqual(read({ exposure: { sourceRanges: ["0.0.0.0/0"], public: true } }).faults, []);
    });
});
