import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, knownName, list, obj, str, strings } from "../../kubernetes/kube";
import { opensToEverybody } from "./no-allow-all-calico-rules";
import type { Direction } from "../../kubernetes/network";
import {
    allowRules,
    allowsEverything,
    calicoDirections,
    ciliumDirections,
    ciliumSpecs,
    DIRECTIONS,
    isEmptySelector,
    policiesIn,
} from "../../kubernetes/network";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

export const namespacesDenyByDefault = stackControl({
    name: "namespaces-deny-by-default",
    description: "Every namespace isolates all of its pods in both directions.",
    why: "Without a default deny every pod of the cluster reaches every other, and one stolen pod scans them all.",
    severity: "high",
    covers: ["net.default-deny"],
    frameworks: [
        ...cis("5.3.2"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1046", "T1210"),
        ...nist("SC-7", "SC-7(5)", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-1", "NET-2", "NET-3", "PRE-2", "PRE-7"),
    ],
    remediation:
        "Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, then allow what is needed.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                const policies = policiesIn(stack, knownName(namespace)).filter((policy) => policy.selectsAll);
                const open = DIRECTIONS.filter(
                    (direction) =>
                        !engineDenies(stack, knownName(namespace), direction) &&
                        !policies.some(
                            (policy) =>
                                policy.directions.has(direction) &&
                                !allowRules(policy).some(
                                    (rule) => rule.direction === direction && allowsEverything(rule),
                                ),
                        ),
                );
                if (open.length > 0) {
                    yield {
                        object: namespace,
                        path: `${namespace.prefix}metadata.name`,
                        message: `no NetworkPolicy selects all pods of namespace "${namespace.name}" for ${open.join(" and ")} and denies by default. Add one with an empty podSelector, policyTypes Ingress and Egress and no rules.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Whether a namespace has a policy can't be told from the namespace alone." },
});

/** Says whether a policy of Cilium or Calico for all endpoints of a namespace, or of the cluster, denies what no rule allows. */
function engineDenies(stack: Stack, namespace: string, direction: Direction): boolean {
    const denied = stack.memo(engineDenials);
    return [namespace, EVERYWHERE].some((scope) => denied.has(`${scope}/${direction}`));
}

const EVERYWHERE = "*";

function engineDenials(stack: Stack): ReadonlySet<string> {
    return new Set([...ciliumDenials(stack), ...calicoDenials(stack)]);
}

/** Calico denies what no policy allows to endpoints that one selects; a rule for everybody takes that back. */
function calicoDenials(stack: Stack): readonly string[] {
    return ["NetworkPolicy", "GlobalNetworkPolicy"]
        .flatMap((kind) => stack.ofKind(kind))
        .filter(({ group, patch }) => group.endsWith("projectcalico.org") && !patch)
        .flatMap((policy) => {
            const spec = obj(policy.body["spec"]);
            const selectors = ["selector", "namespaceSelector"].map((field) => str(spec[field]).trim());
            if (!selectors.every((selector) => selector === "" || selector === "all()")) {
                return [];
            }
            const scope = policy.kind === "NetworkPolicy" ? namespaceOf(policy) : EVERYWHERE;
            return calicoDirections(spec)
                .filter((direction) => {
                    const [field, end] = direction === "Ingress" ? ["ingress", "source"] : ["egress", "destination"];
                    return !list(spec[field ?? ""]).some((rule) => opensToEverybody(obj(rule), end ?? ""));
                })
                .map((direction) => `${scope}/${direction}`);
        });
}

function ciliumDenials(stack: Stack): ReadonlySet<string> {
    const policies = ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) => stack.ofKind(kind));
    return new Set(
        policies
            .filter(({ group, patch }) => group === "cilium.io" && !patch)
            .flatMap((policy) => {
                const scope = policy.kind === "CiliumNetworkPolicy" ? namespaceOf(policy) : EVERYWHERE;
                return ciliumSpecs(policy)
                    .filter(isForAll)
                    .flatMap((spec) => DIRECTIONS.filter((direction) => deniesIn(spec, direction)))
                    .map((direction) => `${scope}/${direction}`);
            }),
    );
}

function isForAll({ endpointSelector }: Body): boolean {
    return isObj(endpointSelector) && isEmptySelector(endpointSelector);
}

/** Isolated, and no rule opens it to everybody. */
function deniesIn(spec: Body, direction: Direction): boolean {
    const [field, entities] =
        direction === "Ingress" ? (["ingress", "fromEntities"] as const) : (["egress", "toEntities"] as const);
    return (
        ciliumDirections(spec).includes(direction) &&
        !list(spec[field]).some((rule) => strings(obj(rule)[entities]).includes("all"))
    );
}
