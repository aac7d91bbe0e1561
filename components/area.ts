import type * as pulumi from "@pulumi/pulumi";

import type { Exception } from "../policies/engine/exceptions";
import type { Schema } from "../policies/engine/schema";
import { oneOf, optional, orShort } from "../policies/engine/schema";
import type { Waiver } from "../policies/engine/waivers";
import type { HostPod } from "./cluster/constraints";
import type { ImageName, Images } from "./images";
import type { ScrapeTarget } from "./monitoring/monitors";
import type { GuardedNamespaceArgs } from "./namespace";
import type { Flow } from "./network/flows";

/** A namespace that an area has to itself. The program makes and closes it. */
export interface OwnNamespace extends Omit<GuardedNamespaceArgs, "podSecurityVersion" | "criticalPods"> {
    /**
     * Its pods have one of the critical priority classes of Kubernetes.
     * @default false
     */
    readonly critical?: boolean;
    /**
     * The setting that names it, below the area's key.
     * @default none: the name is fixed
     */
    readonly setting?: string;
    /**
     * The application that it holds, which the rest of the foundation guards.
     * @default none
     */
    readonly application?: Omit<Application, "namespace">;
    /**
     * Pulumi name of the namespace's own component.
     * @default none: it is one of the guards, which are made first
     */
    readonly component?: string;
}

/** A workload that the foundation is there for. */
export interface Application {
    readonly namespace: string;
    /** Name of its Deployment, its Service and its job. */
    readonly name: string;
    readonly image: ImageName;
    /** Where Secrets are mounted in its pods. */
    readonly secretDirectories: readonly string[];
}

/** Secrets that a workload's program reads at its start only: one that has changed waits for a restart. */
export interface StartSecrets {
    readonly namespace: string;
    /** Name of the workload, with which those of its pods begin. */
    readonly workload: string;
    /** Names of the Secrets, in the same namespace; at least one. */
    readonly secrets: readonly string[];
}

/** A namespace in which others run something that an area talks to. */
export interface ForeignNamespace {
    readonly namespace: string;
    /** The setting that names it, below the area's key. */
    readonly setting: string;
}

/** What one of an area's own objects needs excepted from a control, and what it is called in a stack. */
export interface AreaException<C> extends Exception {
    /** The objects that a stack of these settings needs it for: `<Kind> <namespace>/<name>` or `<Kind> <name>`. */
    readonly objects: (config: C) => readonly string[];
}

/**
 * Makes the exceptions of one object that a component registers under a fixed name.
 *
 * @param object the component, and the kind and name of what it registers
 * @param namespace where the settings put it
 */
export function exceptionsOf<C>(
    object: Pick<Exception, "component" | "kind"> & { readonly name: string },
    namespace: (config: C) => string,
): (rest: Omit<Exception, "component" | "kind" | "name">) => AreaException<C> {
    return (rest) => ({
        ...object,
        ...rest,
        objects: (config) => [`${object.kind} ${namespace(config)}/${object.name}`],
    });
}

/** An exception at admission: objects of a stack, by name. */
export interface ExceptedObject extends Pick<Exception, "container" | "fields" | "values"> {
    readonly control: string;
    readonly object: string;
}

/** What all areas of a stack come to together. */
export interface Foundation {
    /** The prefix of every setting: the name of the project, or of the component that was given the settings. */
    readonly project: string;
    /** Name of the project that runs, after which what is outside of namespaces is named. */
    readonly program: string;
    readonly images: Images;
    /** Every namespace that the program makes and closes. */
    readonly namespaces: readonly string[];
    /** The same by the key of the area. */
    readonly namespacesOf: Readonly<Record<string, readonly string[]>>;
    readonly applications: readonly Application[];
    /** Every connection that is opened. */
    readonly flows: readonly Flow[];
    /** The images that the program runs, by namespace. */
    readonly imagesByNamespace: Readonly<Record<string, readonly ImageName[]>>;
    /** Everything that serves metrics. */
    readonly targets: readonly ScrapeTarget[];
    readonly startSecrets: readonly StartSecrets[];
    /** What its components need excepted. */
    readonly exceptions: readonly ExceptedObject[];
}

/** What an area is given while it is deployed. */
export interface Stage {
    readonly foundation: Foundation;
    /** Options of a component that waits for the areas its own one comes after, and for `dependencies`. */
    options(...dependencies: readonly pulumi.Resource[]): pulumi.ComponentResourceOptions;
    /** What people accept in the stack. */
    readonly risks: readonly Waiver[];
    /** Name of a namespace of the program; resolves once it is closed. */
    namespaceName(namespace: string): pulumi.Input<string>;
}

/** Outputs of a stack, by name: a text, or a text for each of several things. */
export type Outputs = Readonly<Record<string, pulumi.Output<string | Readonly<Record<string, string>>>>>;

/** What has become of an area. */
export interface Deployed {
    /** What those that come after it wait for. */
    readonly resources: readonly pulumi.Resource[];
    /** Outputs of the stack. */
    readonly outputs?: Outputs;
}

/**
 * A part of the foundation, as one folder: what may be set, and everything that follows from the settings. All but `deploy`
 * is pure, and is asked before anything is registered.
 *
 * @typeParam K its key
 * @typeParam S its settings
 * @typeParam C the part of the configuration that it reads: its own settings, and those of others by their keys. Reading
 *     settings that are at fault stops a rule, so a function takes what it needs by name and spreads nothing
 * @typeParam I what may be given as settings, with what has a default left out
 */
export interface Area<K extends string, S, C, I = unknown> {
    /** Configuration key, without the project's prefix. */
    readonly key: K;
    /** What it is, as it reads before the list of its settings. */
    readonly description: string;
    readonly settings: Schema<S, I>;
    /**
     * What is wrong with the settings beyond their shape, one line each.
     *
     * @param path where the area's settings stand, such as `x0tta6bl4:falco`
     */
    readonly faults?: (config: C, path: string, foundation: Foundation) => readonly string[];
    readonly namespaces?: (config: C) => readonly OwnNamespace[];
    readonly foreign?: (config: C) => readonly ForeignNamespace[];
    /** Its pods that need more of their nodes than ordinary ones. */
    readonly hostPods?: (config: C, images: Images) => readonly HostPod[];
    /** The images that it runs, by namespace. */
    readonly images?: (config: C) => Readonly<Record<string, readonly ImageName[]>>;
    readonly targets?: (config: C) => readonly ScrapeTarget[];
    readonly startSecrets?: (config: C) => readonly StartSecrets[];
    readonly flows?: (config: C) => readonly Flow[];
    /** What its own workloads can't do without; it comes with them in every stack. */
    readonly exceptions?: readonly AreaException<C>[];
    /**
     * Keys of the areas it is deployed after.
     * @default none: it waits for the closed namespaces only
     */
    readonly after?: readonly string[];
    /**
     * Whether a cluster has it once, so that a stack whose cluster has it from another one does without.
     * @default false
     */
    readonly once?: boolean;
    /** Registers its components. Without it, the area is deployed by another that reads its settings. */
    readonly deploy?: (config: C, stage: Stage) => Deployed;
}

/** An area as it is declared: the key is kept as a literal, and what it reads is inferred from its functions. */
export function area<const K extends string, S, C, I>(declared: Area<K, S, C, I>): Area<K, S, C, I> {
    return declared;
}

/** What stands for an area that a stack does without: Pulumi asks for every setting that is declared and has no default. */
export const WITHOUT = "none";

/**
 * An area that a stack may do without: nothing follows from settings that are not there, or are `none`, and its functions
 * are asked only where they are.
 */
export function optionalArea<const K extends string, S, C extends Readonly<Record<K, S>>, I>(
    declared: Area<K, S, C, I>,
): Area<K, S | undefined, Omit<C, K> & Readonly<Record<K, S | undefined>>, I | typeof WITHOUT | undefined> {
    type Given = Omit<C, K> & Readonly<Record<K, S | undefined>>;
    const { key, description, settings, exceptions = [], after = [], once = false, deploy } = declared;
    const isSet = (config: Given): config is Given & C => config[key] !== undefined;
    const whereSet =
        <A extends readonly unknown[], R>(ask: ((config: C, ...rest: A) => R) | undefined, otherwise: R) =>
        (config: Given, ...rest: A): R =>
            ask !== undefined && isSet(config) ? ask(config, ...rest) : otherwise;
    return {
        key,
        description: `${description}; none unless set`,
        settings: optional(orShort<S | undefined, I, typeof WITHOUT>(settings, oneOf(WITHOUT), () => undefined)),
        faults: whereSet(declared.faults, []),
        namespaces: whereSet(declared.namespaces, []),
        foreign: whereSet(declared.foreign, []),
        images: whereSet(declared.images, {}),
        targets: whereSet(declared.targets, []),
        hostPods: whereSet(declared.hostPods, []),
        startSecrets: whereSet(declared.startSecrets, []),
        flows: whereSet(declared.flows, []),
        exceptions: exceptions.map((exception) => ({ ...exception, objects: whereSet(exception.objects, []) })),
        after,
        once,
        ...(deploy && { deploy: whereSet(deploy, { resources: [] }) }),
    };
}
