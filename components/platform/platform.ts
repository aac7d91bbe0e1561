import * as pulumi from "@pulumi/pulumi";

import { Access } from "../access";
import type { Read } from "../../policies/engine/schema";
import type { ClusterSettings } from "../cluster/settings";
import type { ImageName, Images } from "../images";
import { Mesh } from "../mesh/mesh";
import type { meshSettings } from "../mesh/settings";
import { meshMarks } from "../mesh/specs";
import type { MonitoringSettings } from "../monitoring/settings";
import { AllowedFlows } from "../network/network";
import type { Tenant } from "../network/standard";
import { platformFlows } from "../network/standard";
import type { ShieldSettings } from "../shield/settings";
import { Shield } from "../shield/shield";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import { Workload } from "../workload";
import { isProxied, platformProxy, proxyFlows } from "./proxy";
import type { PlatformSettings } from "./settings";

export interface PlatformArgs {
    readonly cluster: ClusterSettings;
    readonly mesh: Read<typeof meshSettings>;
    readonly monitoring: MonitoringSettings;
    readonly platform: PlatformSettings;
    readonly shield: ShieldSettings | undefined;
    readonly spire: SpireSettings;
    readonly images: Images;
    readonly image: ImageName;
    /** The application's namespace, from `GuardedNamespace.namespaceName`. */
    readonly namespace: pulumi.Input<string>;
    /** The applications of the stack, this one among them. */
    readonly tenants: readonly Tenant[];
}

/**
 * An application, such as the x0tta6bl4 platform, in its closed namespace: its flows, the rights of people and pipelines, its identity, the workload
 * itself and, where set, the shield before it and its part in a mesh.
 */
export class Platform extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:platform:Platform";
    /** Name of the application's Service. */
    public readonly serviceName: pulumi.Output<string>;

    constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Platform.__pulumiType, name, args, opts);
        const { platform, namespace, images, image, tenants } = args;
        const own = { parent: this };
        const flows = [
            ...platformFlows(platform, args.cluster, args.monitoring),
            ...(isProxied(platform) ? proxyFlows(platform, args.monitoring, tenants) : []),
        ];
        const network = new AllowedFlows(`${name}-network`, { flows }, own);
        new Access(`${name}-access`, { namespace, grants: platform.access }, own);
        const identity = new WorkloadIdentity(
            `${name}-identity`,
            {
                settings: args.spire,
                namespace: platform.namespace,
                serviceAccount: platform.app,
                federatesWith: platform.federatesWith,
            },
            own,
        );
        const mesh = args.mesh.kind === "none" ? undefined : args.mesh;
        const workload = new Workload(
            `${name}-workload`,
            {
                ...platform,
                proxy: isProxied(platform) ? platformProxy(platform, args.spire, images.ref("envoy")) : undefined,
                namespace,
                image: images.ref(image),
                version: images.tag(image),
                identity: identity.pod,
                ...(mesh && meshMarks(mesh, { metricsPort: platform.metricsPort ?? platform.port })),
            },
            { ...own, dependsOn: [network, identity] },
        );
        if (mesh !== undefined) {
            new Mesh(`${name}-mesh`, { ...platform, spire: args.spire, settings: mesh, tenants }, own);
        }
        if (args.shield !== undefined) {
            const spiffeId = `spiffe://${args.spire.trustDomain}/ns/${platform.namespace}/sa/${platform.app}`;
            new Shield(
                `${name}-shield`,
                { settings: args.shield, platform, spiffeId },
                { ...own, dependsOn: [workload] },
            );
        }
        this.serviceName = workload.serviceName;
        this.registerOutputs({ serviceName: this.serviceName });
    }
}
