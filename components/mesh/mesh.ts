import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import { AllowedFlows } from "../network/network";
import { refuse } from "../refuse";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import type { MeshSettings } from "./settings";
import type { MeshContext } from "./specs";
import { meshFlows, meshResources } from "./specs";

export interface MeshArgs extends Omit<MeshContext, "trustDomain" | "metricsPort"> {
    readonly settings: MeshSettings;
    /** The platform's port for metrics alone. */
    readonly metricsPort?: number | undefined;
    /** Who issues the identities that Istio's proxies have. */
    readonly spire: SpireSettings;
}

/**
 * What is wrong with the platform's port for metrics in a mesh, whatever the mesh is; one line each.
 *
 * @param path where the platform's settings stand
 */
export function meshPortFaults(
    { port, metricsPort }: Pick<MeshArgs, "port" | "metricsPort">,
    path: string,
): readonly string[] {
    return metricsPort === undefined || metricsPort === port
        ? [
              `${path}.metricsPort must be a port of its own: at ${port} the mesh lets in its callers only, and neither Prometheus nor the kubelet`,
          ]
        : [];
}

/** Who may call the platform: an account, and where the network is opened to the labels of its pods. */
export interface Caller {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** What is wrong with the callers, who stand at `path`; one line each. */
export function meshFaults(
    callers: readonly Caller[],
    { namespace: own }: Pick<MeshArgs, "namespace">,
    path: string,
): readonly string[] {
    const names = callers.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
    return [
        ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
            (name) => `${path} names ${name} twice`,
        ),
        ...callers.flatMap(({ namespace, serviceAccount }, index) =>
            serviceAccount === "default"
                ? [
                      `${path}[${index}] is ${namespace}/default: every pod without an account of its own has that identity; name an account`,
                  ]
                : [],
        ),
        ...callers.flatMap(({ namespace, labels = {} }, index) =>
            namespace === own && Object.keys(labels).length === 0
                ? [
                      `${path}[${index}].labels are missing: in the platform's own namespace the network is opened to named pods only`,
                  ]
                : [],
        ),
    ];
}

/**
 * The platform's part in a service mesh: mutual TLS is enforced for its namespace and only named identities may call it.
 *
 * Creates the flows of both. For Istio: PeerAuthentication, two AuthorizationPolicies, DestinationRule, and the ClusterSPIFFEID of
 * each caller that has none yet. For Linkerd: two Servers, MeshTLSAuthentication, AuthorizationPolicy.
 */
export class Mesh extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:mesh:Mesh";

    constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Mesh.__pulumiType, name, args, opts);
        const { settings, spire, port, metricsPort = port } = args;
        refuse(this, name, [...meshFaults(settings.callers, args, "callers"), ...meshPortFaults(args, "args")]);
        const own = { parent: this };
        const flows = new AllowedFlows(`${name}-network`, { flows: meshFlows(settings, args) }, own);
        if (settings.kind === "istio") {
            for (const { namespace, serviceAccount } of settings.callers.filter(({ register }) => register)) {
                new WorkloadIdentity(
                    `${name}-${namespace}-${serviceAccount}`,
                    { settings: spire, namespace, serviceAccount },
                    own,
                );
            }
        }
        const context = { ...args, metricsPort, trustDomain: spire.trustDomain };
        for (const { apiVersion, kind, name: object, spec } of meshResources(settings, context)) {
            new k8s.apiextensions.CustomResource(
                `${name}-${kind}-${object}`,
                {
                    apiVersion,
                    kind,
                    metadata: { name: object, namespace: args.namespace, labels: { owner: OWNER } },
                    spec,
                },
                { ...own, dependsOn: [flows] },
            );
        }
        this.registerOutputs({});
    }
}
