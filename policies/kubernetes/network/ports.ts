import { isObj, list, obj, str } from "../kube";
import type { ContainerView } from "../pods";

/** A stretch of ports of one protocol, both ends included. */
export interface PortRange {
    readonly protocol: string;
    readonly from: number;
    readonly to: number;
}

export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** Every port there is: what a rule without ports allows, and a pod that no policy isolates. */
export const ALL_PORTS: readonly PortRange[] = PROTOCOLS.map((protocol) => ({ protocol, from: 1, to: 65_535 }));

/** The ports that something holds for. */
export interface PortSet {
    readonly certain: readonly PortRange[];
    /** Those it may hold for besides. */
    readonly possible: readonly PortRange[];
}

/** Every port, or none. */
export const EVERY_PORT: PortSet = { certain: ALL_PORTS, possible: [] };
export const NO_PORT: PortSet = { certain: [], possible: [] };

/** What listens at the receiving end: its containers, `none` at an address that runs none, or what can't be told. */
export type Listener = readonly ContainerView[] | "none" | "unknown";

/** The ports of a rule (NetworkPolicyPort, networking.k8s.io/v1). */
export function portsOf(ports: readonly unknown[], listener: Listener): PortSet {
    return ports.length === 0
        ? EVERY_PORT
        : union(
              ports.filter(isObj).map(({ protocol, port, endPort }) => {
                  const name = str(protocol) || "TCP";
                  return typeof port === "string"
                      ? namedPorts(port, [name], listener)
                      : certainly([rangeOf(name, port, endPort)]);
              }),
          );
}

/** A range of ports from what an API says of it: every port where it names none, one where it names no end. */
export function rangeOf(protocol: string, port: unknown, end: unknown): PortRange {
    const first = typeof port === "number" ? port : 1;
    return { protocol, from: first, to: typeof port !== "number" ? 65_535 : typeof end === "number" ? end : first };
}

/** The numbers that a port's name has at the receiving end, in the containers that go on running. */
export function namedPorts(name: string, protocols: readonly string[], listener: Listener): PortSet {
    if (listener === "none") {
        return NO_PORT;
    }
    if (listener === "unknown") {
        return { certain: [], possible: ALL_PORTS.filter(({ protocol }) => protocols.includes(protocol)) };
    }
    return certainly(
        listener
            .filter(({ role }) => role === "main" || role === "sidecar")
            .flatMap(({ body }) => list(body["ports"]).map(obj))
            .filter((port) => port["name"] === name && protocols.includes(str(port["protocol"]) || "TCP"))
            .map((port) => rangeOf(str(port["protocol"]) || "TCP", Number(port["containerPort"]), undefined)),
    );
}

/** The ports of any of some sets. */
export function union(sets: readonly PortSet[]): PortSet {
    return {
        certain: merged(sets.flatMap(({ certain }) => certain)),
        possible: merged(sets.flatMap(({ possible }) => possible)),
    };
}

/** The set of some ports that are known. */
export function certainly(ranges: readonly PortRange[]): PortSet {
    return { certain: merged(ranges), possible: [] };
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
