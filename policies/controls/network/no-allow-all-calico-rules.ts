import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { isWorldwide } from "../../kubernetes/breadth";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";

export const noAllowAllCalicoRules = objectControl({
    name: "no-allow-all-calico-rules",
    description: "No policy of Calico allows every peer on every port.",
    why: "A rule of Calico that allows comes before every later policy, so one that allows everything undoes them all.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1046"), ...nist("SC-7", "SC-7(5)", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation:
        "Name the peers by selector or range and the ports, or use Pass to leave the choice to later policies.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["projectcalico.org", "crd.projectcalico.org"].flatMap((group) =>
        ["NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy"].map(
            (kind) => `${group}/${kind}`,
        ),
    ),
    *check(object) {
        const spec = obj(object.body["spec"]);
        for (const [field, end] of [
            ["ingress", "source"],
            ["egress", "destination"],
        ] as const) {
            for (const [index, entry] of list(spec[field]).entries()) {
                yield* ruleFaults(`${object.prefix}spec.${field}[${index}]`, obj(entry), end);
            }
        }
    },
    admission: { none: "Calico's kinds are custom resources that not every cluster has." },
});

function* ruleFaults(path: string, rule: Body, end: "source" | "destination"): Iterable<Fault> {
    if (opensToEverybody(rule, end)) {
        yield { path, message: `${path} allows every peer, on every port. Name the peers and the ports.` };
    }
}

/** Says whether a rule of Calico allows everybody at one end on every port. */
function opensToEverybody(rule: Body, end: string): boolean {
    const bounded =
        list(obj(rule["destination"])["ports"]).length > 0 ||
        ["icmp", "http"].some((field) => rule[field] !== undefined) ||
        strings([rule["protocol"]]).some((protocol) => protocol.startsWith("ICMP"));
    return str(rule["action"]) === "Allow" && !bounded && isEverybody(obj(rule[end]));
}

/** An entity rule that names nobody: no range but the world's, and selectors that take all there is. */
function isEverybody(peer: Body): boolean {
    const nets = strings(peer["nets"]);
    const selectors = ["selector", "namespaceSelector"].map((field) => str(peer[field]).trim());
    const accounts = obj(peer["serviceAccounts"]);
    return (
        (nets.length === 0 || isWorldwide(nets.map((cidr) => ({ cidr, except: strings(peer["notNets"]) })))) &&
        selectors.every((selector) => selector === "" || selector === "all()") &&
        strings(accounts["names"]).length === 0 &&
        str(accounts["selector"]) === "" &&
        peer["services"] === undefined &&
        list(peer["domains"]).length === 0
    );
}
