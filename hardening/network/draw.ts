import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { shortened } from "../formats/style";
import type { Connection, Matrix } from "./matrix";
import type { Endpoint } from "./peers";
import { portsText } from "../../policies/kubernetes/network/ports";

/** Who may talk to whom in a stack. */
interface NetworkReport {
    readonly stack: string;
    readonly matrix: Matrix;
}

/** The forms in which that is shown. */
export const NETWORK_FORMATS = {
    table:
        () =>
        ({ matrix }) =>
            tableOf(matrix),
    mermaid:
        () =>
        ({ matrix }) =>
            mermaidOf(matrix),
    svg:
        () =>
        ({ matrix, stack }) =>
            svgOf(matrix, `Connectivity of the stack ${stack}`),
    json:
        () =>
        ({ matrix }) =>
            jsonOf(matrix),
} as const satisfies FormatTable<NetworkReport>;

/** The matrix as a table for a terminal. */
export function tableOf({ connections, halfOpen, unknown }: Matrix): string {
    const rows = connections.map(({ from, to, ports }) => [from.name, to.name, portsText(ports)] as const);
    const widths = [0, 1].map((column) => Math.max(4, ...rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
        cells
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd();
    return [
        line(["FROM", "TO", "PORTS"]),
        ...rows.map(line),
        ...(halfOpen.length === 0 ? [] : ["", "Open at one end only:"]),
        ...halfOpen.map(
            ({ from, to, ports, missing }) =>
                `${from.name} -> ${to.name} ${portsText(ports)}: ${
                    missing === "Ingress" ? `${to.name} does not take it` : `${from.name} may not send it`
                }`,
        ),
        ...(unknown.length === 0 ? [] : ["", "Can't be told:"]),
        ...unknown.map(({ from, to, ports, by }) => `${from.name} -> ${to.name} ${portsText(ports)}: ${reasonOf(by)}`),
        "",
    ].join("\n");
}

function reasonOf(by: readonly string[]): string {
    return by.length === 0 ? "they may share a node" : `depends on ${by.join(", ")}`;
}

/** The matrix as JSON that other tools read. */
export function jsonOf({ connections, halfOpen, unknown }: Matrix): string {
    const plain = ({ from, to, ports }: Connection) => ({ from: from.name, to: to.name, ports });
    return jsonText({
        schema: 1,
        connections: connections.map(plain),
        halfOpen: halfOpen.map((entry) => ({ ...plain(entry), missing: entry.missing })),
        unknown: unknown.map((entry) => ({ ...plain(entry), by: entry.by })),
    });
}

function endpointsOf({ connections }: Matrix): readonly Endpoint[] {
    const byName = new Map(connections.flatMap(({ from, to }) => [from, to]).map((end) => [end.name, end]));
    return [...byName.values()].sort(
        (a, b) =>
            // Outside the pod network first, then by namespace.
            (a.namespace ?? "").localeCompare(b.namespace ?? "") || a.name.localeCompare(b.name),
    );
}

/** The matrix as a Mermaid flow chart, one box a namespace. */
export function mermaidOf(matrix: Matrix): string {
    const endpoints = endpointsOf(matrix);
    const ids = new Map(endpoints.map(({ name }, index) => [name, `n${index}`]));
    const namespaces = [...new Set(endpoints.map(({ namespace }) => namespace))];
    const quoted = (text: string): string => `"${text.replaceAll('"', "#quot;")}"`;
    const lines = namespaces.flatMap((namespace, index) => {
        const nodes = endpoints
            .filter((endpoint) => endpoint.namespace === namespace)
            .map(({ name }) => `${ids.get(name)}[${quoted(name)}]`);
        return namespace === undefined
            ? nodes.map((node) => `    ${node}`)
            : [`    subgraph s${index}[${quoted(namespace)}]`, ...nodes.map((node) => `        ${node}`), "    end"];
    });
    const edges = matrix.connections.map(
        ({ from, to, ports }) => `    ${ids.get(from.name)} -->|${quoted(portsText(ports))}| ${ids.get(to.name)}`,
    );
    return ["flowchart LR", ...lines, ...edges, ""].join("\n");
}

const CELL = { width: 92, height: 26 };
const MARGIN = { left: 380, top: 300 };
/** Names stand aslant, by this angle. */
const SLANT = 50;
/** As many characters as fit beside the grid and above it, whatever they are: none is wider than 0.6 of the font's 12 px. */
const NAME_LENGTH = 48;
/** How far the last column's name reaches beyond it. */
const OVERHANG = Math.ceil(NAME_LENGTH * 7.2 * Math.cos((SLANT * Math.PI) / 180));

/** The matrix as an SVG grid: a row for each sender, a column for each receiver, the ports in between. */
export function svgOf(matrix: Matrix, title: string): string {
    const senders = [...new Set(matrix.connections.map(({ from }) => from.name))];
    const receivers = [...new Set(matrix.connections.map(({ to }) => to.name))].sort();
    const width = MARGIN.left + receivers.length * CELL.width + OVERHANG;
    const height = MARGIN.top + senders.length * CELL.height + 20;
    const x = (name: string): number => MARGIN.left + receivers.indexOf(name) * CELL.width;
    const y = (name: string): number => MARGIN.top + senders.indexOf(name) * CELL.height;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
        `<title>${escaped(title)}</title>`,
        `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
        `<text x="16" y="28" font-size="18">${escaped(title)}</text>`,
        ...senders.map(
            (name) =>
                `<text x="${MARGIN.left - 10}" y="${y(name) + 17}" text-anchor="end">${named(name)}</text>` +
                `<line x1="16" x2="${width - OVERHANG}" y1="${y(name)}" y2="${y(name)}" stroke="#dddddd"/>`,
        ),
        ...receivers.map((name) => {
            const left = x(name) + CELL.width / 2;
            const bottom = MARGIN.top - 10;
            return `<text x="${left}" y="${bottom}" transform="rotate(-${SLANT} ${left} ${bottom})">${named(name)}</text>`;
        }),
        ...matrix.connections.map(({ from, to, ports }) => cell(x(to.name), y(from.name), from, to, portsText(ports))),
        "</svg>",
        "",
    ].join("\n");
}

function named(name: string): string {
    const short = shortened(name, NAME_LENGTH);
    return short === name ? escaped(name) : `<title>${escaped(name)}</title>${escaped(short)}`;
}

function cell(x: number, y: number, from: Endpoint, to: Endpoint, ports: string): string {
    const short = ports.length > 13 ? `${ports.slice(0, 12)}…` : ports;
    const fill = ports === "all" ? "#f4b6b0" : "#cfe8cf";
    return (
        `<g><title>${escaped(`${from.name} to ${to.name}: ${ports}`)}</title>` +
        `<rect x="${x + 2}" y="${y + 2}" width="${CELL.width - 4}" height="${CELL.height - 4}" rx="3" fill="${fill}"/>` +
        `<text x="${x + CELL.width / 2}" y="${y + 17}" text-anchor="middle">${escaped(short)}</text></g>`
    );
}

function escaped(text: string): string {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
