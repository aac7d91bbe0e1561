import type { Body, KubeObject } from "../kube";
import { isObj, list, obj, str, strings } from "../kube";
import { namespaceOf } from "../stack";
import { blockTakes } from "./blocks";
import type { LabelTest } from "./calico-selector";
import { calicoTakes } from "./calico-selector";
import { calicoPorts } from "./calico-ports";
import type { Match } from "./match";
import { both, certain, every, not, some } from "./match";
import type { Action } from "./outcomes";
import type { Party, PodParty } from "./parties";
import { labelIs } from "./parties";
import type { OrderedPolicy, Rule, Surroundings } from "./policies";
import type { Direction } from "./policy";
import { calicoDirections } from "./policy";

/** A policy of Calico, in its tier. */
export interface CalicoPolicy extends OrderedPolicy {
    readonly tier: string;
}

function isCalico({ group }: KubeObject): boolean {
    return group === "projectcalico.org" || group === "crd.projectcalico.org";
}

/** Says whether an object is a policy of Calico that is in force; a staged one is not. */
export function isCalicoPolicy(object: KubeObject): boolean {
    return isCalico(object) && ["NetworkPolicy", "GlobalNetworkPolicy"].includes(object.kind);
}

/** Says whether an object names a set of addresses by labels. */
export function isNetworkSet(object: KubeObject): boolean {
    return isCalico(object) && ["NetworkSet", "GlobalNetworkSet"].includes(object.kind);
}

/** A tier of policies: Calico goes through them in order. */
export interface Tier {
    /** Unknown where the tier is not in the stack. */
    readonly order: number | undefined;
    /** What becomes of traffic to pods that policies of the tier select, where no rule decides. */
    readonly passes: boolean;
}

export const DEFAULT_TIER = "default";
/** Where Calico puts the policies of policy.networking.k8s.io, and the order that it gives a NetworkPolicy in its tier. */
export const TIER_ORDERS = { admin: 1_000, default: 1_000_000, baseline: 10_000_000 } as const;
export const NETWORK_POLICY_ORDER = 1_000;

/** The tiers of a stack by name. */
export function readTiers(objects: readonly KubeObject[]): ReadonlyMap<string, Tier> {
    const own = objects
        .filter((object) => isCalico(object) && object.kind === "Tier")
        .map(({ name, body }): [string, Tier] => {
            const { order, defaultAction } = obj(body["spec"]);
            return [name, { order: typeof order === "number" ? order : Infinity, passes: defaultAction === "Pass" }];
        });
    return new Map([[DEFAULT_TIER, { order: TIER_ORDERS.default, passes: false }], ...own]);
}

/** Reads a policy of projectcalico.org/v3. Those that only see the traffic of nodes are left out. */
export function readCalicoPolicy(object: KubeObject, sets: readonly KubeObject[]): CalicoPolicy | undefined {
    const spec = obj(object.body["spec"]);
    if (spec["doNotTrack"] === true || spec["preDNAT"] === true) {
        return undefined;
    }
    const directions = new Set(calicoDirections(spec));
    const namespace = object.kind === "NetworkPolicy" ? namespaceOf(object) : undefined;
    return {
        object,
        tier: str(spec["tier"]) || DEFAULT_TIER,
        order: typeof spec["order"] === "number" ? spec["order"] : Infinity,
        selects: (pod) => (namespace === undefined || namespace === pod.namespace ? selectsPod(spec, pod) : "no"),
        isolates: (direction) => directions.has(direction),
        rules: (direction) => {
            const field = direction === "Ingress" ? "ingress" : "egress";
            return list(directions.has(direction) ? spec[field] : [])
                .map((rule, index) => ({ rule: obj(rule), path: `${object.prefix}spec.${field}[${index}]` }))
                .filter(({ rule }) => ACTIONS[str(rule["action"])] !== undefined)
                .map(({ rule, path }) => readRule(rule, path, direction, { namespace, sets }));
        },
    };
}

/** A rule that logs decides nothing. */
const ACTIONS: Readonly<Record<string, Action>> = { Allow: "allow", Deny: "deny", Pass: "pass" };

/** A pod in its node's network is no endpoint of Calico. */
function selectsPod(spec: Body, pod: PodParty): Match {
    const asked: readonly Match[] = [
        pod.hostNetwork === "no" ? "yes" : pod.hostNetwork === "yes" ? "no" : "maybe",
        calicoTakes(str(spec["selector"]), podLabels(pod)),
        calicoTakes(str(spec["namespaceSelector"]), namespaceLabels(pod)),
        // The labels of service accounts are not followed.
        str(spec["serviceAccountSelector"]) === "" ? "yes" : "maybe",
    ];
    return every(asked, (match) => match);
}

/** A pod's labels as Calico has them: its own, its namespace's under `pcns.`, and some of Calico's. */
function podLabels(pod: PodParty): LabelTest {
    return (key, test, values) => {
        switch (key) {
            case "projectcalico.org/namespace":
                return certain(test(pod.namespace));
            case "projectcalico.org/orchestrator":
                return certain(test("k8s"));
            case "projectcalico.org/serviceaccount":
                return pod.serviceAccount === undefined ? "maybe" : certain(test(pod.serviceAccount));
            default:
                return key.startsWith("pcns.")
                    ? namespaceLabels(pod)(key.slice("pcns.".length), test, values)
                    : key.startsWith("pcsa.")
                      ? "maybe"
                      : labelIs(pod.labels, key, test, values);
        }
    };
}

function namespaceLabels(pod: PodParty): LabelTest {
    return (key, test, values) =>
        key === "projectcalico.org/name"
            ? certain(test(pod.namespace))
            : labelIs(pod.namespaceLabels, key, test, values);
}

interface Scope {
    /** Undefined for a policy of the whole cluster. */
    readonly namespace: string | undefined;
    readonly sets: readonly KubeObject[];
}

function readRule(rule: Body, path: string, direction: Direction, scope: Scope): Rule {
    const [peer, own] = direction === "Ingress" ? ["source", "destination"] : ["destination", "source"];
    return {
        path,
        action: ACTIONS[str(rule["action"])] ?? "deny",
        peer: (party, surroundings) =>
            every<Match>(
                [
                    isEntity(obj(rule[peer]), party, surroundings, scope),
                    isEntity(obj(rule[own]), surroundings.self, surroundings, scope),
                    ...["ports", "notPorts"].map((field): Match =>
                        list(obj(rule["source"])[field]).length > 0 ? "maybe" : "yes",
                    ),
                    rule["ipVersion"] === 6 ? "maybe" : "yes",
                ],
                (match) => match,
            ),
        ports: (listener) => calicoPorts(rule, listener),
    };
}

/** Says whether a party is what an entity rule names: everything in it has to hold. */
function isEntity(entity: Body, party: Party, { addressing }: Surroundings, scope: Scope): Match {
    const nets = strings(entity["nets"]);
    const within = (field: string): Match =>
        some(strings(entity[field]), (cidr) => blockTakes({ cidr, except: [] }, party, addressing));
    const accounts = obj(entity["serviceAccounts"]);
    const names = strings(accounts["names"]);
    const atRunTime = ["services", "domains"].some((field) => entity[field] !== undefined);
    return every<Match>(
        [
            isSelected(entity, party, scope, addressing),
            nets.length === 0 ? "yes" : within("nets"),
            not(within("notNets")),
            names.length === 0 ? "yes" : isAccount(names, party),
            str(accounts["selector"]) === "" ? "yes" : party.kind === "pod" ? "maybe" : "no",
            atRunTime ? "maybe" : "yes",
        ],
        (match) => match,
    );
}

function isAccount(names: readonly string[], party: Party): Match {
    if (party.kind !== "pod") {
        return party.kind === "anywhere" ? "maybe" : "no";
    }
    return party.serviceAccount === undefined ? "maybe" : certain(names.includes(party.serviceAccount));
}

function isSelected(entity: Body, party: Party, scope: Scope, addressing: Surroundings["addressing"]): Match {
    const [selector, notSelector, namespaces] = ["selector", "notSelector", "namespaceSelector"].map((field) =>
        str(entity[field]).trim(),
    );
    const isUnasked = [selector, notSelector, namespaces].every((text) => text === undefined || text === "");
    if (isUnasked && !isObj(entity["serviceAccounts"])) {
        return "yes";
    }
    if (party.kind === "pod") {
        const home: Match = !namespaces
            ? certain(scope.namespace === undefined || party.namespace === scope.namespace)
            : calicoTakes(namespaces, namespaceLabels(party));
        const wanted = calicoTakes(selector ?? "", podLabels(party));
        const unwanted = notSelector ? calicoTakes(notSelector, podLabels(party)) : "no";
        // A pod in its node's network is known to Calico by the node's address only.
        const visible: Match = party.hostNetwork === "no" ? "yes" : "maybe";
        return every<Match>([home, wanted, not(unwanted), visible], (match) => match);
    }
    return party.kind === "address" ? inSets(entity, party, scope, addressing) : "maybe";
}

/** An address is selected by the sets it is in. Without any, a selector that is only negative still leaves it in. */
function inSets(entity: Body, party: Party, scope: Scope, addressing: Surroundings["addressing"]): Match {
    const [selector, notSelector, namespaces] = ["selector", "notSelector", "namespaceSelector"].map((field) =>
        str(entity[field]).trim(),
    );
    const isIn = (text: string): Match =>
        some(
            scope.sets.filter((set) =>
                set.kind === "GlobalNetworkSet"
                    ? !namespaces || namespaces === "global()"
                    : scope.namespace === undefined || namespaces || namespaceOf(set) === scope.namespace,
            ),
            (set) =>
                both(
                    calicoTakes(text, (key, test, values) =>
                        labelIs({ known: set.labels, complete: true }, key, test, values),
                    ),
                    both(
                        namespaces && set.kind === "NetworkSet" ? "maybe" : "yes",
                        some(strings(obj(set.body["spec"])["nets"]), (cidr) =>
                            blockTakes({ cidr, except: [] }, party, addressing),
                        ),
                    ),
                ),
        );
    const wanted = selector || namespaces ? isIn(selector ?? "") : "yes";
    return both(wanted, notSelector ? not(isIn(notSelector)) : "yes");
}
