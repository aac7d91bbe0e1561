import type { KubeObject } from "../kube";
import type { Addressing } from "./blocks";
import type { Match } from "./match";
import type { Action } from "./outcomes";
import type { Party, PodParty } from "./parties";
import type { Direction } from "./policy";
import type { Listener, PortSet } from "./ports";

/** What rules are read against. */
export interface Surroundings {
    readonly addressing: Addressing;
    /** The pod whose traffic the rule is about. */
    readonly self: PodParty;
}

/** A rule of a policy of any API, about one direction. */
export interface Rule {
    /** E.g. `spec.ingress[0]`. */
    readonly path: string;
    readonly action: Action;
    /** Says whether the rule is about the traffic with a party. */
    readonly peer: (party: Party, surroundings: Surroundings) => Match;
    /** The ports it is about. */
    readonly ports: (listener: Listener) => PortSet;
}

/** A policy of any API, as the evaluator needs it. */
export interface Policy {
    readonly object: KubeObject;
    /** Says whether the policy is about a pod. */
    readonly selects: (pod: PodParty) => Match;
    /** Says whether what no rule decides is denied to the pods it selects. */
    readonly isolates: (direction: Direction) => boolean;
    /** In order. */
    readonly rules: (direction: Direction) => readonly Rule[];
}

/** A policy that cluster administrators order. */
export interface OrderedPolicy extends Policy {
    /** Lower comes first; policies of one order have none among each other unless their API names one. */
    readonly order: number;
}
