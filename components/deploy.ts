import type * as pulumi from "@pulumi/pulumi";

import type { Waiver } from "../policies/engine/waivers";
import { platformOf } from "../policies/platforms";
import type { Deployed, Foundation, Outputs, Stage } from "./area";
import type { Config } from "./areas";
import { broughtBy } from "./areas";
import { SecurityContextConstraints } from "./cluster/constraints";
import { clusterProvider } from "./cluster/provider";
import { closedNamespaces, foundationOf } from "./foundation";
import { GuardNamespaces } from "./guards";
import { pulledWith } from "./images/pull";
import { GuardedNamespace } from "./namespace";
import { after } from "./order";

/** Where a foundation stands, and what is accepted there. */
export interface Place {
    /** What people accept; the cluster admits it, and alerts remind of it. */
    readonly risks: readonly Waiver[];
    /**
     * The component that everything is part of.
     * @default none
     */
    readonly parent?: pulumi.ComponentResource;
    /**
     * The provider of everything.
     * @default one by the settings of the cluster
     */
    readonly provider?: pulumi.ProviderResource;
}

/** The closed namespaces of a stack. */
interface Closed {
    /** What everything else waits for. */
    readonly resources: readonly pulumi.Resource[];
    /** Those that are components of their own, by name. */
    readonly homes: ReadonlyMap<string, GuardedNamespace>;
}

/**
 * Registers the foundation: the namespaces closed, and then each area after those it names.
 *
 * @param project what the settings are found under, as faults name them
 * @returns what the areas put out
 */
export function deployFoundation(config: Config, project: string, place: Place): Outputs {
    const foundation = foundationOf(config, project);
    const { namespaces } = foundation;
    const { risks, parent, provider = clusterProvider({ settings: config.cluster, namespaces, parent }) } = place;
    const areas = broughtBy(config);
    const pulling = pulledWith(config.images.pullSecrets);
    const inPlace = { provider, ...pulling, ...(parent !== undefined && { parent }) };
    const closed = closeNamespaces(config, foundation, inPlace);
    const done = new Map<string, Deployed>();

    const waitedFor = (keys: readonly string[]): readonly pulumi.Resource[] => {
        const resources = keys.flatMap((key) => deploy(key).resources);
        // An area that makes nothing has waited for nothing either.
        return resources.length > 0 ? resources : closed.resources;
    };
    const deploy = (key: string): Deployed => {
        const known = done.get(key);
        if (known !== undefined) {
            return known;
        }
        const area = areas.find((candidate) => candidate.key === key);
        const stage: Stage = {
            foundation,
            options: (...dependencies) => after(inPlace, ...waitedFor(area?.after ?? []), ...dependencies),
            risks,
            namespaceName: (namespace) => closed.homes.get(namespace)?.namespaceName ?? namespace,
        };
        const deployed = area?.deploy?.(config, stage) ?? { resources: [] };
        done.set(key, deployed);
        return deployed;
    };
    return Object.assign({}, ...areas.map(({ key }) => deploy(key).outputs)) as Outputs;
}

function closeNamespaces(
    config: Config,
    { images, program: project }: Foundation,
    inPlace: pulumi.ComponentResourceOptions,
): Closed {
    const namespaces = closedNamespaces(config);
    const guards = new GuardNamespaces(
        "guards",
        {
            namespaces: namespaces.filter(({ component }) => component === undefined),
            images,
            signatures: config.admission.signatures,
        },
        inPlace,
    );
    const homes = namespaces.flatMap(({ component, ...args }) =>
        component === undefined
            ? []
            : [[args.namespace, new GuardedNamespace(component, args, after(inPlace, guards))] as const],
    );
    const made = [guards, ...homes.map(([, home]) => home)];
    const { constraints } = platformOf(config.cluster.platform);
    const admitting =
        constraints === undefined
            ? []
            : [
                  new SecurityContextConstraints(
                      "constraints",
                      {
                          constraints,
                          project,
                          hostPods: broughtBy(config).flatMap((area) => area.hostPods?.(config, images) ?? []),
                          namespaces: namespaces.map(({ namespace }) => namespace),
                      },
                      after(inPlace, ...made),
                  ),
              ];
    return { resources: [...made, ...admitting], homes: new Map(homes) };
}
