import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import { blockIn, isUnselective, isWorldwide } from "../../kubernetes/breadth";
import { ciliumSpecs } from "../../kubernetes/network";

export const noAllowAllCiliumRules = objectControl({
    name: "no-allow-all-cilium-rules",
    description: "No Cilium policy allows every peer on every port.",
    why: "Policies add up: one rule that allows everything undoes every other policy of the endpoints it selects.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1046"), ...nist("SC-7", "SC-7(5)", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Name the peers by label, entity or name, and the ports.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy"],
    *check(object) {
        const several = !isObj(object.body["spec"]);
        for (const [number, spec] of ciliumSpecs(object).entries()) {
            const base = `${object.prefix}${several ? `specs[${number}]` : "spec"}`;
            for (const [field, way] of [
                ["ingress", "from"],
                ["egress", "to"],
            ] as const) {
                for (const [index, rule] of list(spec[field]).entries()) {
                    const reason = opensAll(obj(rule), way);
                    if (reason !== undefined) {
                        const path = `${base}.${field}[${index}]`;
                        yield {
                            path,
                            message: `${path} allows ${reason}, on every port. Name the peers and the ports.`,
                        };
                    }
                }
            }
        }
    },
    admission: { none: "Cilium's kinds are custom resources that not every cluster has." },
});

/** What a rule without ports opens to everybody; undefined where it does not. */
function opensAll(rule: Body, way: "from" | "to"): string | undefined {
    if (list(rule["toPorts"]).length > 0 || list(rule["icmps"]).length > 0) {
        return undefined;
    }
    const entity = strings(rule[`${way}Entities`]).find((name) => ["all", "world", "cluster"].includes(name));
    if (entity !== undefined) {
        return `entity "${entity}"`;
    }
    const names = list(rule[`${way}FQDNs`]).map((name) => str(obj(name)["matchPattern"]));
    if (names.some((pattern) => /^\*+(?:\.\*+)*\.?$/.test(pattern))) {
        return "every name";
    }
    const blocks = [
        ...strings(rule[`${way}CIDR`]).map((cidr) => ({ cidr, except: [] })),
        ...list(rule[`${way}CIDRSet`]).map((set) => blockIn(obj(set))),
    ];
    if (isWorldwide(blocks)) {
        return `range ${blocks.map(({ cidr }) => `"${cidr}"`).join(" and ")}`;
    }
    return list(rule[`${way}Endpoints`]).some((selector) => isUnselective(selector)) ? "every endpoint" : undefined;
}
