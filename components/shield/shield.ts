import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import type { Flow } from "../network/flows";
import { AllowedFlows } from "../network/network";
import type { ShieldSettings } from "./settings";
import type { Shielded } from "./specs";
import {
    backendSpec,
    backendTlsSpec,
    clientSpec,
    gatewaySpec,
    proxyLabels,
    proxySpec,
    routerRoute,
    routeSpec,
    SHIELD,
} from "./specs";

export interface ShieldArgs {
    readonly settings: ShieldSettings;
    /** The platform, whose name is that of its Service and a label of its pods. */
    readonly platform: Shielded & { readonly namespace: string };
    /** The platform's SPIFFE ID. */
    readonly spiffeId: string;
}

/** What is wrong with the paths that are served, given what must not be; one line each. */
export function pathFaults(
    { paths }: ShieldSettings,
    { metricsPath }: Pick<Shielded, "metricsPath">,
): readonly string[] {
    const bare = (path: string) => path.replace(/\/+$/, "");
    return paths.flatMap((path, index) =>
        `${bare(path)}/`.startsWith(`${bare(metricsPath)}/`)
            ? [`paths[${index}] is "${path}", where the application serves its metrics (${metricsPath}); leave it out`]
            : [],
    );
}

/**
 * What is wrong with TLS to the application: it can't be asked for its metrics in the clear at the same port; one line each.
 *
 * @param at where the application's settings stand
 */
export function backendFaults(
    { backendTls }: ShieldSettings,
    { port, metricsPort }: { readonly port: number; readonly metricsPort: number | undefined },
    at: string,
): readonly string[] {
    return backendTls !== undefined && (metricsPort === undefined || metricsPort === port)
        ? [
              `backendTls needs a port of its own for the application's metrics, which are asked for in the clear; set ${at}.metricsPort`,
          ]
        : [];
}

/** The one flow through which requests from outside reach the platform. */
export function shieldFlows({ settings, platform }: Omit<ShieldArgs, "spiffeId">): readonly Flow[] {
    return [
        {
            name: "shield",
            reason: "Requests from outside, after the shield has judged them.",
            from: {
                kind: "foreign",
                namespace: settings.proxyNamespace,
                labels: proxyLabels(platform.namespace),
            },
            to: { kind: "pods", namespace: platform.namespace, labels: { app: platform.app } },
            ports: [{ port: platform.port }],
        },
    ];
}

const ENVOY = "gateway.envoyproxy.io/v1alpha1";
const GATEWAY = "gateway.networking.k8s.io/v1";

/**
 * The only way in from outside: TLS 1.3 with a hybrid key exchange, one host name, and limits on connections, rate, size and
 * time, so that one client can't exhaust the platform for all others.
 *
 * Creates: the flow to the platform, EnvoyProxy, Gateway, HTTPRoute, ClientTrafficPolicy, BackendTrafficPolicy and, where the platform
 * serves TLS, BackendTLSPolicy; a Route where the platform's router leads in. Needs the definitions of Gateway API and Envoy Gateway
 * in the cluster.
 */
export class Shield extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:shield:Shield";

    constructor(name: string, args: ShieldArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Shield.__pulumiType, name, args, opts);
        const { settings, platform } = args;
        const metadata = { name: SHIELD, namespace: platform.namespace, labels: { owner: OWNER } };
        const resource = (
            suffix: string,
            apiVersion: string,
            kind: string,
            spec: object,
            dependsOn: readonly pulumi.Resource[],
        ): pulumi.Resource =>
            new k8s.apiextensions.CustomResource(
                `${name}-${suffix}`,
                { apiVersion, kind, metadata, spec },
                { parent: this, dependsOn: [...dependsOn] },
            );

        const flows = new AllowedFlows(`${name}-network`, { flows: shieldFlows(args) }, { parent: this });
        const proxy = resource("proxy", ENVOY, "EnvoyProxy", proxySpec(settings, platform.namespace), [flows]);
        const gateway = resource("gateway", GATEWAY, "Gateway", gatewaySpec(settings), [proxy]);
        const client = resource("client", ENVOY, "ClientTrafficPolicy", clientSpec(settings), [gateway]);
        const route = routeSpec(settings, platform);
        // The limits stand before the route does, so that nothing ever gets through without them.
        const backend = resource("backend", ENVOY, "BackendTrafficPolicy", backendSpec(settings), [gateway]);
        const { backendTls } = settings;
        const encrypted =
            backendTls === undefined
                ? []
                : [
                      resource(
                          "backend-tls",
                          GATEWAY,
                          "BackendTLSPolicy",
                          backendTlsSpec(backendTls, platform.app, args.spiffeId),
                          [gateway],
                      ),
                  ];
        const served = resource("route", GATEWAY, "HTTPRoute", route, [client, backend, ...encrypted]);
        if (settings.exposure.through === "route") {
            const { metadata: at, spec } = routerRoute(settings, platform.namespace);
            new k8s.apiextensions.CustomResource(
                `${name}-router`,
                {
                    apiVersion: "route.openshift.io/v1",
                    kind: "Route",
                    metadata: { ...at, labels: metadata.labels },
                    spec,
                },
                { parent: this, dependsOn: [served] },
            );
        }
        this.registerOutputs({});
    }
}
