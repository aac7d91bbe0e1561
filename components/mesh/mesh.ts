import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import type { Read } from "../../policies/engine/schema";
import { AllowedFlows } from "../network/network";
import type { Tenant } from "../network/standard";
import { refuse } from "../refuse";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import type { MeshSettings, meshSettings } from "./settings";
import type { MeshContext } from "./specs";
import { meshFlows, meshResources } from "./specs";

export interface MeshArgs extends Omit<MeshContext, "trustDomain" | "metricsPort"> {
    readonly settings: MeshSettings;
    /** The platform's port for metrics alone. */
    readonly metricsPort?: number | undefined;
    /** Who issues the identities that Istio's proxies have. */
    readonly spire: SpireSettings;
    /**
     * The program's applications, this one among them.
     * @default no other
     */
    readonly tenants?: readonly Tenant[];
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

/**
 * What is wrong with the callers, who stand at `path`; one line each.
 *
 * @param tenants the program's applications
 */
export function meshFaults(callers: readonly Caller[], tenants: readonly Tenant[], path: string): readonly string[] {
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
            tenants.some((tenant) => tenant.namespace === namespace) && Object.keys(labels).length === 0
                ? [
                      `${path}[${index}].labels are missing: in namespaces of applications of this stack the network is opened to named pods only`,
                  ]
                : [],
        ),
    ];
}

/** Whether a caller is given its identity: not where it has one as another application of the program. */
function registers(caller: Caller, tenants: readonly Tenant[]): boolean {
    const { namespace, serviceAccount } = caller;
    const isTenant = tenants.some((tenant) => tenant.namespace === namespace && tenant.app === serviceAccount);
    return "register" in caller && caller.register === true && !isTenant;
}

/**
 * Accounts outside of the program that more than one application would give an identity; one line each.
 *
 * @param all the mesh of each application, where it stands, and the application
 */
export function repeatedCallers(
    all: readonly {
        readonly mesh: Read<typeof meshSettings>;
        readonly path: string;
        readonly settings: Tenant;
    }[],
): readonly string[] {
    const tenants = all.map(({ settings }) => settings);
    const registered = all.flatMap(({ mesh, path }) =>
        mesh.kind !== "istio"
            ? []
            : mesh.callers.flatMap((caller, index) =>
                  registers(caller, tenants)
                      ? [{ account: `${caller.namespace}/${caller.serviceAccount}`, path: `${path}.callers[${index}]` }]
                      : [],
              ),
    );
    return [...Map.groupBy(registered, ({ account }) => account)].flatMap(([account, [first, ...others]]) =>
        others
            // Twice in one list is said of that list.
            .filter(({ path }) => path.split(".callers")[0] !== first?.path.split(".callers")[0])
            .map(
                ({ path }) =>
                    `${path} gives ${account} an identity, as does ${first?.path ?? ""}; set register to false in one of them`,
            ),
    );
}

/**
 * An application's part in a service mesh: mutual TLS is enforced for its namespace and only named identities may call it.
 *
 * Creates the flows of both. For Istio: PeerAuthentication, two AuthorizationPolicies, DestinationRule, and the ClusterSPIFFEID of
 * each caller that has none yet. For Linkerd: two Servers, MeshTLSAuthentication, AuthorizationPolicy.
 */
export class Mesh extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:mesh:Mesh";

    constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Mesh.__pulumiType, name, args, opts);
        const { settings, spire, port, metricsPort = port, tenants = [args] } = args;
        refuse(this, name, [...meshFaults(settings.callers, tenants, "callers"), ...meshPortFaults(args, "args")]);
        const own = { parent: this };
        const flows = new AllowedFlows(`${name}-network`, { flows: meshFlows(settings, args, tenants) }, own);
        if (settings.kind === "istio") {
            for (const { namespace, serviceAccount } of settings.callers.filter((caller) =>
                registers(caller, tenants),
            )) {
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
