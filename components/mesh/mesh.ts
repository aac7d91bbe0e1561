import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import { refuse } from "../refuse";
import type { MeshSettings } from "./settings";
import type { MeshContext } from "./specs";
import { meshResources } from "./specs";

export interface MeshArgs extends MeshContext {
    readonly settings: MeshSettings;
}

/** What is wrong with the callers, who stand at `path`; one line each. */
export function meshFaults(callers: MeshSettings["callers"], path: string): readonly string[] {
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
    ];
}

/**
 * The platform's part in a service mesh: mutual TLS is enforced for its namespace and only named identities may call it.
 *
 * Creates, for Istio: PeerAuthentication, two AuthorizationPolicies, DestinationRule. For Linkerd: Server,
 * MeshTLSAuthentication, AuthorizationPolicy.
 */
export class Mesh extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:mesh:Mesh";

    constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Mesh.__pulumiType, name, args, opts);
        refuse(this, name, meshFaults(args.settings.callers, "callers"));
        for (const { apiVersion, kind, name: object, spec } of meshResources(args.settings, args)) {
            new k8s.apiextensions.CustomResource(
                `${name}-${kind}-${object}`,
                {
                    apiVersion,
                    kind,
                    metadata: { name: object, namespace: args.namespace, labels: { owner: OWNER } },
                    spec,
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
