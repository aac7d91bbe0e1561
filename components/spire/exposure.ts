import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Flow, Peer } from "../network/flows";
import { NAMESPACE, PORTS, SERVER } from "./layout";
import type { SpireSettings } from "./model";
import { selectorOf } from "./pods";

/** A port of the server that is exposed: the API, and the federation's endpoint where there is one. */
interface Exposed {
    /** What its objects are called after the server. */
    readonly suffix: "outside" | "federation-outside";
    readonly name: "grpc" | "federation";
    readonly port: number;
    /** The Service within the cluster that leads to it. */
    readonly service: string;
}

function exposedPorts({ server }: SpireSettings): readonly Exposed[] {
    return [
        { suffix: "outside", name: "grpc", port: PORTS.server, service: SERVER },
        ...(server.bundleEndpoint === undefined
            ? []
            : [
                  {
                      suffix: "federation-outside",
                      name: "federation",
                      port: PORTS.federation,
                      service: `${SERVER}-federation`,
                  } as const,
              ]),
    ];
}

/** What is wrong with the exposure, which stands at `path`; one line each. */
export function exposureFaults({ server }: SpireSettings, path: string): readonly string[] {
    const { exposure, bundleEndpoint } = server;
    if (exposure.type !== "gateway") {
        return [];
    }
    const { hostname, federationHostname } = exposure;
    return [
        ...((bundleEndpoint === undefined) !== (federationHostname === undefined)
            ? [
                  bundleEndpoint === undefined
                      ? `${path}.exposure.federationHostname has no use without bundleEndpoint; remove it`
                      : `${path}.exposure.federationHostname is missing: the gateway tells the endpoint from the API by its name`,
              ]
            : []),
        ...(hostname === federationHostname
            ? [
                  `${path}.exposure.federationHostname is that of the API; the gateway tells the two apart by nothing else`,
              ]
            : []),
    ];
}

/** The flows by which what is outside reaches the server. Foreign servers are named with the endpoint itself. */
export function exposureFlows({ server }: SpireSettings, to: Extract<Peer, { kind: "pods" }>): readonly Flow[] {
    const { exposure, bundleEndpoint } = server;
    switch (exposure.type) {
        case "none":
            return [];
        case "loadBalancer":
            return [
                {
                    name: "spire-outside",
                    reason: "Agents and nested servers outside of the cluster attest and fetch identities.",
                    from: { kind: "addresses", cidrs: exposure.sourceRanges },
                    to,
                    ports: [{ port: PORTS.server }],
                },
            ];
        case "gateway":
            return [
                {
                    name: "spire-outside",
                    reason: "The gateway passes on what agents, nested and foreign servers send, without reading it.",
                    from: { kind: "foreign", ...exposure.proxies },
                    to,
                    ports: [
                        { port: PORTS.server },
                        ...(bundleEndpoint === undefined ? [] : [{ port: PORTS.federation }]),
                    ],
                },
            ];
    }
}

/** `spec` of the TLSRoute: what asks for the name is passed on, and TLS ends at the server itself. */
function routeSpec(
    { gateway: { namespace, name, listener } }: Extract<SpireSettings["server"]["exposure"], { type: "gateway" }>,
    hostname: string,
    { service, port }: Exposed,
): Readonly<Record<string, unknown>> {
    return {
        parentRefs: [{ namespace, name, ...(listener !== undefined && { sectionName: listener }) }],
        hostnames: [hostname],
        rules: [{ backendRefs: [{ name: service, port }] }],
    };
}

/** `spec` of a Service that the cloud's balancer leads to. */
function balancerSpec(sourceRanges: readonly string[], { name, port }: Exposed): k8s.types.input.core.v1.ServiceSpec {
    return {
        type: "LoadBalancer",
        // Keeps the caller's address, by which the network lets it in.
        externalTrafficPolicy: "Local",
        loadBalancerSourceRanges: [...sourceRanges],
        selector: selectorOf(SERVER),
        ports: [{ name, port, targetPort: name }],
    };
}

/** Registers what exposes the server: a Service of a balancer, or a TLSRoute, for each port; none unless set. */
export function expose(
    name: string,
    settings: SpireSettings,
    labels: Readonly<Record<string, string>>,
    options: pulumi.CustomResourceOptions,
): void {
    const { exposure, bundleEndpoint } = settings.server;
    for (const exposed of exposedPorts(settings)) {
        const metadata = { name: `${SERVER}-${exposed.suffix}`, namespace: NAMESPACE, labels };
        if (exposure.type === "loadBalancer") {
            const ranges = exposed.name === "grpc" ? exposure.sourceRanges : (bundleEndpoint?.clients ?? []);
            new k8s.core.v1.Service(
                `${name}-${exposed.suffix}`,
                {
                    metadata: { ...metadata, annotations: exposure.annotations },
                    spec: balancerSpec(ranges, exposed),
                },
                options,
            );
        } else if (exposure.type === "gateway") {
            const hostname = exposed.name === "grpc" ? exposure.hostname : exposure.federationHostname;
            new k8s.apiextensions.CustomResource(
                `${name}-${exposed.suffix}`,
                {
                    apiVersion: "gateway.networking.k8s.io/v1",
                    kind: "TLSRoute",
                    metadata,
                    spec: routeSpec(exposure, hostname ?? exposure.hostname, exposed),
                },
                options,
            );
        }
    }
}
