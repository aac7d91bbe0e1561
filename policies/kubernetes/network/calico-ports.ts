import type { Body } from "../kube";
import { list, obj } from "../kube";
import type { Listener, PortRange, PortSet } from "./ports";
import { certainly, difference, EVERY_PORT, namedPorts, NO_PORT, PROTOCOLS, union } from "./ports";

const NUMBERS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };

/** The ports that a rule of Calico is about. What it says of HTTP narrows what is asked there, not who may connect. */
export function calicoPorts(rule: Body, listener: Listener): PortSet {
    if (rule["icmp"] !== undefined) {
        return NO_PORT;
    }
    const { ports, notPorts } = obj(rule["destination"]);
    const [wanted, unwanted] = [protocolOf(rule["protocol"]), protocolOf(rule["notProtocol"])];
    const protocols = PROTOCOLS.filter(
        (protocol) => (wanted === undefined || wanted === protocol) && unwanted !== protocol,
    );
    const open = list(ports).length === 0 ? EVERY_PORT : union(list(ports).map((port) => portOf(port, listener)));
    const closed = union(list(notPorts).map((port) => portOf(port, listener)));
    const of = (ranges: readonly PortRange[]): readonly PortRange[] =>
        ranges.filter(({ protocol }) => (protocols as readonly string[]).includes(protocol));
    return {
        certain: difference(of(open.certain), [...closed.certain, ...closed.possible]),
        possible: difference(of([...open.certain, ...open.possible]), closed.certain),
    };
}

/** A protocol by name or number; undefined where there is none. */
function protocolOf(value: unknown): string | undefined {
    return typeof value === "number"
        ? (NUMBERS[value] ?? "")
        : typeof value === "string"
          ? value.toUpperCase()
          : undefined;
}

/** A number, a range such as `80:90`, or a name. */
function portOf(port: unknown, listener: Listener): PortSet {
    const text = typeof port === "number" ? String(port) : typeof port === "string" ? port : "";
    const range = /^(?<from>\d+)(?::(?<to>\d+))?$/.exec(text)?.groups;
    if (range === undefined) {
        return namedPorts(text, PROTOCOLS, listener);
    }
    const [from, to] = [Number(range["from"]), Number(range["to"] ?? range["from"])];
    return certainly(PROTOCOLS.map((protocol) => ({ protocol, from, to })));
}
