import type { Images } from "../images";
import { meshFaults } from "../mesh/mesh";
import type { MonitoringSettings } from "../monitoring/settings";
import type { Tenant } from "../network/standard";
import { callerPeer, metricsFlow } from "../network/standard";
import type { Flow, Peer } from "../network/flows";
import type { ProxyArgs } from "../proxy";
import { proxyFaults } from "../proxy";
import type { SpireSettings } from "../spire/model";
import type { PlatformArgs } from "./platform";
import type { PlatformSettings } from "./settings";

/** An application with a proxy. */
type Proxied = PlatformSettings & { readonly proxy: NonNullable<PlatformSettings["proxy"]> };

/** Says whether the platform has a proxy. */
export function isProxied(platform: PlatformSettings): platform is Proxied {
    return platform.proxy !== undefined;
}

/** What the platform's workload is told of its proxy. */
export function platformProxy(
    { namespace, app, proxy }: Proxied,
    { trustDomain }: Pick<SpireSettings, "trustDomain">,
    image: string,
): ProxyArgs {
    const idOf = (home: string, account: string) => `spiffe://${trustDomain}/ns/${home}/sa/${account}`;
    const { callers, cpu, memory, port, metricsPort } = proxy;
    return {
        image,
        trustDomain,
        spiffeId: idOf(namespace, app),
        callers: callers.map((caller) => idOf(caller.namespace, caller.serviceAccount)),
        port,
        metricsPort,
        resources: { cpu, memory },
    };
}

/**
 * The flows to the proxy: from callers, and from Prometheus to its metrics.
 *
 * @param tenants the program's applications
 */
export function proxyFlows(
    { namespace, app, proxy }: Proxied,
    monitoring: MonitoringSettings,
    tenants: readonly Tenant[],
): readonly Flow[] {
    const pods: Extract<Peer, { kind: "pods" }> = { kind: "pods", namespace, labels: { app } };
    return [
        ...proxy.callers.map((caller) => ({
            name: `proxy-${caller.namespace}-${caller.serviceAccount}`,
            reason: "Calls the application by mutual TLS with its SVID.",
            from: callerPeer(caller, tenants),
            to: pods,
            ports: [{ port: proxy.port }],
        })),
        metricsFlow(pods, monitoring, proxy.metricsPort, "proxy-metrics"),
    ];
}

/** What is wrong with the proxy; one line each, below `path` where the application's settings stand. */
export function platformProxyFaults(
    platform: Proxied,
    { mesh, shield, spire, tenants }: Pick<PlatformArgs, "mesh" | "shield" | "spire" | "tenants">,
    path: string,
    images: Images,
): readonly string[] {
    const { callers } = platform.proxy;
    return [
        ...meshFaults(callers, tenants, `${path}.proxy.callers`),
        ...proxyFaults(platformProxy(platform, spire, "envoy"), platform).map((fault) => `${path}.${fault}`),
        ...(mesh.kind === "none"
            ? []
            : [`${path}.proxy is there beside a mesh, whose proxy does the same; leave one of them out`]),
        ...(shield === undefined
            ? []
            : [
                  `${path}.proxy lets in callers with an SVID only, and the shield's proxies have none; leave one of them out`,
              ]),
        ...images.faults(["envoy"]),
    ];
}
