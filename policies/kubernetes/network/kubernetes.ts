import { blockOf } from "../breadth";
import type { KubeObject } from "../kube";
import { isObj, obj } from "../kube";
import { blockTakes } from "./blocks";
import type { Match } from "./match";
import { both, some } from "./match";
import type { Party } from "./parties";
import { takes } from "./parties";
import type { AllowRule } from "./policy";
import { allowRules, policyOf } from "./policy";
import { portsOf } from "./ports";
import type { Policy, Rule, Surroundings } from "./policies";
import { namespaceOf } from "../stack";

/** Reads a NetworkPolicy of networking.k8s.io/v1 for the evaluator. */
export function readNetworkPolicy(object: KubeObject): Policy {
    const view = policyOf(object);
    const rules = allowRules(view);
    const namespace = namespaceOf(object);
    return {
        object,
        selects: (pod) =>
            pod.namespace === namespace
                ? viaHostNetwork(pod.hostNetwork, view.selectsAll ? "yes" : takes(view.spec["podSelector"], pod.labels))
                : "no",
        isolates: (direction) => view.directions.has(direction),
        rules: (direction) =>
            rules.filter((rule) => rule.direction === direction).map((rule) => readRule(rule, namespace)),
    };
}

function readRule(rule: AllowRule, namespace: string): Rule {
    return {
        path: rule.path,
        action: "allow",
        peer: (party, surroundings) =>
            rule.peers.length === 0 ? "yes" : some(rule.peers, (peer) => isPeer(peer, namespace, party, surroundings)),
        ports: (listener) => portsOf(rule.ports, listener),
    };
}

function isPeer(peer: unknown, namespace: string, party: Party, { addressing }: Surroundings): Match {
    const block = blockOf(peer);
    if (block !== undefined) {
        return blockTakes(block, party, addressing);
    }
    const { namespaceSelector, podSelector } = obj(peer);
    if (party.kind === "anywhere") {
        return namespaceSelector === undefined && podSelector === undefined ? "no" : "maybe";
    }
    if (party.kind !== "pod") {
        return "no";
    }
    const inNamespace: Match = isObj(namespaceSelector)
        ? takes(namespaceSelector, party.namespaceLabels)
        : isObj(podSelector) && party.namespace === namespace
          ? "yes"
          : "no";
    return viaHostNetwork(
        party.hostNetwork,
        both(inNamespace, isObj(podSelector) ? takes(podSelector, party.labels) : "yes"),
    );
}

/**
 * The API leaves open whether a policy sees a pod in its node's network ("Network Policies", "NetworkPolicy and hostNetwork
 * pods").
 */
function viaHostNetwork(hostNetwork: Match, match: Match): Match {
    return hostNetwork === "no" ? match : both(match, "maybe");
}
