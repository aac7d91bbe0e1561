import * as pulumi from "@pulumi/pulumi";

import type { Outputs } from "./area";
import type { Settings } from "./areas";
import { readConfig } from "./config";
import { deployFoundation } from "./deploy";
import { refuse } from "./refuse";
import { waiversOfFiles } from "./waivers";

export type FoundationArgs = Settings & {
    /**
     * Files that accept risks, relative to the folder that the program runs in. The cluster admits what they cover, and alerts
     * remind of them.
     * @default none
     */
    readonly waivers?: readonly string[];
};

/**
 * The whole foundation: closed namespaces, SPIRE, Falco, network policies, admission, and External Secrets, a platform and
 * the way in to it where they are set. What is left out takes the secure choice.
 *
 * Creates: a component for each area, in the order that they need each other, by the provider that is handed to it or else
 * one that the settings of the cluster name.
 */
export class Foundation extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:foundation:Foundation";
    /** What the areas put out, by name. */
    public readonly outputs: Outputs;

    constructor(name: string, args: FoundationArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Foundation.__pulumiType, name, args, opts);
        const { waivers = [], ...settings } = args;
        const { config, faults } = readConfig(underKeys(settings, name), name, pulumi.getProject());
        const accepted = waiversOfFiles(waivers);
        const provider = this.getProvider("kubernetes:core/v1:Namespace");
        refuse(this, name, [...faults, ...accepted.faults, ...(provider ? unused(settings.cluster, name) : [])]);
        this.outputs = deployFoundation(config, name, {
            risks: accepted.risks,
            parent: this,
            ...(provider && { provider }),
        });
        this.registerOutputs(this.outputs);
    }
}

/** What is set of a cluster for a provider that is not made, since one was handed over. */
function unused(cluster: Settings["cluster"] | undefined, name: string): readonly string[] {
    return (["context", "identity"] as const)
        .filter((key) => cluster?.[key] !== undefined)
        .map(
            (key) =>
                `${name}:cluster.${key} is for the provider that is made where none is handed over; leave out one of the two`,
        );
}

/** Settings under the keys that the areas are found by. */
function underKeys(settings: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given.map(([key, value]) => [`${name}:${key}`, value]));
}
