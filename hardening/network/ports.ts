import type { ContainerView } from "../../policies/kubernetes/pods";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";

/** A stretch of ports of one protocol, both ends included. */
export interface PortRange {
    readonly protocol: string;
    readonly from: number;
    readonly to: number;
}

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** Every port there is: what a rule without ports allows, and a pod that no policy isolates. */
export const ALL_PORTS: readonly PortRange[] = PROTOCOLS.map((protocol) => ({ protocol, from: 1, to: 65_535 }));

/**
 * The ports of a rule (NetworkPolicyPort, networking.k8s.io/v1).
 *
 * @param target the containers at the receiving end, which a port's name is looked up in; a name none of them has opens nothing
 */
export function portRanges(
    ports: readonly unknown[],
    target: readonly ContainerView[] | undefined,
): readonly PortRange[] {
    if (ports.length === 0) {
        return ALL_PORTS;
    }
    return merged(
        ports.filter(isObj).flatMap((entry) => {
            const protocol = str(entry["protocol"]) || "TCP";
            const { port, endPort } = entry;
            if (port === undefined || port === null) {
                return [{ protocol, from: 1, to: 65_535 }];
            }
            if (typeof port === "number") {
                return [{ protocol, from: port, to: typeof endPort === "number" ? endPort : port }];
            }
            return namedPorts(str(port), protocol, target ?? []);
        }),
    );
}

function namedPorts(name: string, protocol: string, containers: readonly ContainerView[]): readonly PortRange[] {
    return containers
        .flatMap(({ body }) => list(body["ports"]).map(obj))
        .filter((port) => port["name"] === name && (str(port["protocol"]) || "TCP") === protocol)
        .map((port) => port["containerPort"])
        .filter((number): number is number => typeof number === "number")
        .map((number) => ({ protocol, from: number, to: number }));
}

/** What both allow. */
export function intersection(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
    return merged(
        a.flatMap((left) =>
            b
                .filter((right) => right.protocol === left.protocol)
                .map((right) => ({
                    protocol: left.protocol,
                    from: Math.max(left.from, right.from),
                    to: Math.min(left.to, right.to),
                }))
                .filter(({ from, to }) => from <= to),
        ),
    );
}

/** What `a` allows and `b` does not. */
export function difference(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
    return b.reduce<readonly PortRange[]>(
        (rest, hole) =>
            rest.flatMap((range) =>
                range.protocol !== hole.protocol || hole.to < range.from || hole.from > range.to
                    ? [range]
                    : [
                          ...(range.from < hole.from ? [{ ...range, to: hole.from - 1 }] : []),
                          ...(range.to > hole.to ? [{ ...range, from: hole.to + 1 }] : []),
                      ],
            ),
        merged(a),
    );
}

/** In order, without overlaps. */
export function merged(ranges: readonly PortRange[]): readonly PortRange[] {
    const order = (protocol: string): number => (PROTOCOLS as readonly string[]).indexOf(protocol);
    const sorted = [...ranges].sort((a, b) => order(a.protocol) - order(b.protocol) || a.from - b.from || a.to - b.to);
    return sorted.reduce<PortRange[]>((done, range) => {
        const last = done.at(-1);
        if (last !== undefined && last.protocol === range.protocol && range.from <= last.to + 1) {
            done[done.length - 1] = { ...last, to: Math.max(last.to, range.to) };
        } else {
            done.push(range);
        }
        return done;
    }, []);
}

/** `TCP 53, UDP 53`, `TCP 8000-8100`, or `all`. */
export function portsText(ranges: readonly PortRange[]): string {
    const all = merged(ranges);
    if (all.length === PROTOCOLS.length && all.every(({ from, to }) => from === 1 && to === 65_535)) {
        return "all";
    }
    return all.map(({ protocol, from, to }) => `${protocol} ${from === to ? from : `${from}-${to}`}`).join(", ");
}
