import { rangeOf } from "./addresses";
import type { Body } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";

/**
 * How much a network policy's rule lets through, whatever words it uses: two ranges of half the addresses each are every
 * address, and a selector that only says what it leaves out is nearly everybody. A rule is broad from half of what there is.
 */

/** Half of all addresses: of IPv4 exactly, of IPv6 counted in ranges of 96 bits. */
export const HALF_OF_ADDRESSES = 2 ** 31;

/** Half of a protocol's ports. */
export const HALF_OF_PORTS = 2 ** 15;

/** An `ipBlock` of networking.k8s.io/v1, or what another API says in its place. */
export interface Block {
    readonly cidr: string;
    readonly except: readonly string[];
}

/** Reads an `ipBlock`; undefined where a peer has none. */
export function blockOf(peer: unknown): Block | undefined {
    const block = obj(peer)["ipBlock"];
    return isObj(block) ? blockIn(block) : undefined;
}

/** Reads a range and its exceptions, which an `ipBlock` and an entry of Cilium's `CIDRSet` write alike. */
export function blockIn(body: Body): Block {
    return { cidr: str(body["cidr"]), except: strings(body["except"]) };
}

/** Says whether some ranges together hold half of all addresses of a family or more. Overlaps count twice. */
export function isWorldwide(blocks: readonly Block[]): boolean {
    const held = { ipv4: 0, ipv6: 0 };
    for (const { cidr, except } of blocks) {
        const range = rangeOf(cidr);
        if (range !== undefined) {
            held[range.family] += except.reduce((left, hole) => left - size(hole), size(cidr));
        }
    }
    return held.ipv4 >= HALF_OF_ADDRESSES || held.ipv6 >= HALF_OF_ADDRESSES;
}

/** The addresses of a range, of IPv6 in ranges of 96 bits. */
function size(cidr: string): number {
    const bits = rangeOf(cidr)?.bits ?? 33;
    return bits > 32 ? 0 : 2 ** (32 - bits);
}

/** Says whether the ports of a rule (NetworkPolicyPort) are half of a protocol's or more; none at all are every port. */
export function areMostPorts(ports: readonly unknown[]): boolean {
    const open = new Map<string, number>();
    for (const entry of ports) {
        const { protocol, port, endPort } = obj(entry);
        const name = str(protocol) || "TCP";
        const count =
            port === undefined || port === null
                ? 65_535
                : typeof port === "number"
                  ? (typeof endPort === "number" ? endPort : port) - port + 1
                  : 1;
        open.set(name, (open.get(name) ?? 0) + count);
    }
    return ports.length === 0 || [...open.values()].some((count) => count >= HALF_OF_PORTS);
}

/** The label that the API server gives every namespace, with its name (Well-Known Labels). */
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/**
 * Says whether a label selector asks for nothing that an object has to have: it is empty, or says only what is left out, or
 * asks for the label that the API server gives every namespace. An absent selector counts as empty.
 */
export function isUnselective(selector: unknown): boolean {
    return (
        Object.keys(obj(obj(selector)["matchLabels"])).length === 0 &&
        list(obj(selector)["matchExpressions"]).every((expression) => {
            const { key, operator } = obj(expression);
            return (
                operator === "NotIn" ||
                operator === "DoesNotExist" ||
                (operator === "Exists" && key === NAMESPACE_LABEL)
            );
        })
    );
}
