import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { object } from "../../policies/engine/schema";
import { SpireHostAccess } from "../admission/spire-host-access";
import type { ClusterSettings } from "../cluster/settings";
import { nodePath } from "../cluster/settings";
import { completed } from "../completed";
import type { Images } from "../images";
import { AllowedFlows } from "../network/network";
import { refuse } from "../refuse";
import type { SurroundingsArgs } from "../shared";
import { SURROUNDINGS, surroundingsOf } from "../shared";
import { SpireAgent } from "./agent";
import { TrustBundle } from "./bundle";
import { spireFaults } from "./checks";
import { SPIRE_CRDS } from "./crds";
import { CsiDriver } from "./csi-driver";
import { spireFlows } from "./flows";
import { AGENT, SERVER } from "./layout";
import type { SpireSettings } from "./model";
import { OidcProvider } from "./oidc-provider";
import { Registration } from "./registration";
import { SpireServer } from "./server";
import type { SpireGiven } from "./settings";
import { spireSettings } from "./settings";
import { EntryValidation } from "./validation";

export interface SpireArgs extends SurroundingsArgs {
    /** The trust domain, and all else that docs/spire.md says. The namespace `spire` is there already, open to node agents. */
    readonly settings: SpireGiven;
}

const read = object({ settings: spireSettings, ...SURROUNDINGS });

/** What is wrong with the installation's settings, which stand at `path`, and its images; one line each. */
export function installationFaults(
    { settings, images }: { readonly settings: SpireSettings; readonly images: Images },
    path: string,
): readonly string[] {
    const versions = { server: images.tag("spire-server"), agent: images.tag("spire-agent") };
    return [
        ...spireFaults(settings, versions, path),
        ...images.faults(settings.oidcProvider === undefined ? [] : ["oidc-discovery-provider"]),
    ];
}

/** The kubelet's directory on the nodes of a cluster. */
export function kubeletRootOf(cluster: ClusterSettings, { csiDriver }: SpireSettings): string {
    return nodePath(cluster, "kubeletRoot", csiDriver.kubeletRoot);
}

/** Identity comes before what depends on it: servers over ordinary pods, agents and the CSI driver over everything on the node. */
const PRIORITIES = { [SERVER]: 900_000_000, [AGENT]: 950_000_000 } as const;

/**
 * A complete SPIRE: servers, agents, CSI driver, registration, federation, and the OIDC provider where it is asked for.
 *
 * Depend on it: once it is ready, pods get identities; and pods that mount the CSI volume must be gone before the driver is.
 *
 * Creates, in the namespace `spire`: its flows, PriorityClasses, the CRDs of the controller manager, the bundle
 * with its guard, and the components SpireServer, SpireAgent, CsiDriver, EntryValidation, Registration and OidcProvider.
 */
export class Spire extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:Spire";

    constructor(name: string, args: SpireArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Spire.__pulumiType, name, args, opts);
        const { read: around, images } = surroundingsOf(args);
        const { settings, cluster, monitoring } = completed(this, name, read, { ...around, settings: args.settings });
        refuse(this, name, installationFaults({ settings, images }, "args.settings"));
        const version = images.tag("spire-server");
        const kubeletRoot = kubeletRootOf(cluster, settings);

        const hostAccess = new SpireHostAccess(`${name}-host-access`, { settings, kubeletRoot }, { parent: this });
        const flows = new AllowedFlows(
            `${name}-network`,
            { flows: spireFlows(settings, cluster, monitoring) },
            { parent: this },
        );
        const priorities = Object.entries(PRIORITIES).map(
            ([priority, value]) =>
                new k8s.scheduling.v1.PriorityClass(
                    `${name}-priority-${priority}`,
                    {
                        metadata: { name: priority },
                        value,
                        globalDefault: false,
                        description: "Workloads without an identity can't talk to each other.",
                    },
                    { parent: this },
                ),
        );
        const definitions = Object.entries(settings.crds === "bundled" ? SPIRE_CRDS : {}).map(
            ([definition, spec]) =>
                new k8s.apiextensions.v1.CustomResourceDefinition(
                    `${name}-crd-${definition}`,
                    { metadata: { name: definition }, spec },
                    // Deleting a definition deletes every registration entry of the cluster.
                    { parent: this, retainOnDelete: true },
                ),
        );
        const bundle = new TrustBundle(`${name}-bundle`, { settings, version }, { parent: this });
        const server = new SpireServer(
            `${name}-server`,
            { settings, images },
            { parent: this, dependsOn: [bundle, flows, hostAccess, ...priorities, ...definitions] },
        );
        const agent = new SpireAgent(
            `${name}-agent`,
            { settings, images, kubeletRoot },
            { parent: this, dependsOn: [server] },
        );
        const driver = new CsiDriver(`${name}-csi`, { kubeletRoot, images }, { parent: this, dependsOn: [agent] });
        const validation = new EntryValidation(
            `${name}-validation`,
            { settings },
            { parent: this, dependsOn: definitions },
        );
        new Registration(`${name}-registration`, { settings }, { parent: this, dependsOn: [server, validation] });
        if (settings.oidcProvider !== undefined) {
            new OidcProvider(
                `${name}-oidc`,
                { settings, oidc: settings.oidcProvider, images },
                { parent: this, dependsOn: [driver, validation] },
            );
        }
        this.registerOutputs({});
    }
}
