import { escapeHtml } from "../formats/html-escape";
import { shortened } from "../formats/style";
import type { Hop, PathsReport } from "./report";
import { hopKey, hopsOf, stopsOf } from "./report";

const BOX = { width: 250, height: 42, gapX: 190, gapY: 26 };
const MARGIN = 20;
/** No character of the monospaced font is wider than 0.6 of its 12 px, rounded up for those that stand in for it. */
const CHARACTER_WIDTH = 7.5;
/** As many characters as fit into a box and onto an arrow. */
const BOX_LENGTH = 33;
const ARROW_LENGTH = 25;

/** The look of a drawing, light and dark after the reader's setting. */
export const DRAWING_STYLES = `
.paths-drawing { font: 12px ui-monospace, monospace; --ink: #1b1d22; --soft: #5c6270; --box: #ffffff; --line: #9aa1ae; --ground: #f7f7f8; --mark: #b3261e; }
@media (prefers-color-scheme: dark) { .paths-drawing { --ink: #e8eaee; --soft: #a2a9b6; --box: #1d2026; --line: #5c6270; --ground: #14161a; --mark: #ff8a80; } }
.paths-drawing .ground { fill: var(--ground); }
.paths-drawing rect.box { fill: var(--box); stroke: var(--line); }
.paths-drawing text { fill: var(--ink); }
.paths-drawing text.edge { fill: var(--soft); }
.paths-drawing path { fill: none; stroke: var(--line); stroke-width: 1.5; }
.paths-drawing .tip { fill: var(--line); stroke: none; }
.paths-drawing .on rect.box, .paths-drawing .on path { stroke: var(--mark); stroke-width: 2.5; }
.paths-drawing .on .tip { fill: var(--mark); stroke: none; }
.paths-drawing .off { opacity: .25; }
`;

interface Place {
    readonly column: number;
    readonly row: number;
}

/** The paths below each other: a place that several pass stands once, in the column of the one that comes there last. */
export function drawing({ paths, from, to }: PathsReport, title: string, styles = ""): string {
    const places = placesOf(paths, from);
    const columns = Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1;
    const rows = Math.max(0, ...[...places.values()].map(({ row }) => row)) + 1;
    const nothing = paths.length === 0 ? `No path from ${from} to ${to}.` : "";
    const width =
        2 * MARGIN +
        Math.max(columns * BOX.width + (columns - 1) * BOX.gapX, Math.ceil(nothing.length * CHARACTER_WIDTH));
    const height = 2 * MARGIN + rows * (BOX.height + BOX.gapY) + 20;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" class="paths-drawing" viewBox="0 0 ${width} ${height}" role="img" width="${width}" height="${height}">`,
        `<title>${escapeHtml(title)}</title>`,
        ...(styles === "" ? [] : [`<style>${styles}</style>`]),
        `<rect class="ground" width="${width}" height="${height}"/>`,
        ...(nothing === "" ? [] : [`<text x="${MARGIN}" y="${MARGIN + 4}">${escapeHtml(nothing)}</text>`]),
        ...arrows(paths, places),
        ...(paths.length === 0 ? [] : boxes(paths, places)),
        "</svg>",
    ].join("\n");
}

/** Each path has a row for the places that no path before it passes, so that its arrows run past the others' boxes. */
function placesOf(paths: PathsReport["paths"], from: string): ReadonlyMap<string, Place> {
    const columns = new Map<string, number>();
    const rows = new Map<string, number>();
    paths.forEach((path, row) => {
        stopsOf(path).forEach((title, column) => {
            columns.set(title, Math.max(columns.get(title) ?? 0, column));
            rows.set(title, rows.get(title) ?? row);
        });
    });
    if (columns.size === 0) {
        columns.set(from, 0);
    }
    const taken = new Set<string>();
    return new Map(
        [...columns].map(([title, column]) => {
            let row = rows.get(title) ?? 0;
            while (taken.has(`${column} ${row}`)) {
                row++;
            }
            taken.add(`${column} ${row}`);
            return [title, { column, row }];
        }),
    );
}

const left = ({ column }: Place): number => MARGIN + column * (BOX.width + BOX.gapX);
const top = ({ row }: Place): number => MARGIN + row * (BOX.height + BOX.gapY);

/** The numbers of the paths that pass something, for who highlights one. */
function passing(paths: PathsReport["paths"], passes: (path: readonly Hop[]) => boolean): string {
    return paths.flatMap((path, index) => (passes(path) ? [index] : [])).join(" ");
}

function boxes(paths: PathsReport["paths"], places: ReadonlyMap<string, Place>): readonly string[] {
    return [...places].map(([title, place]) => {
        const numbers = passing(paths, (path) => stopsOf(path).includes(title));
        const [x, y] = [left(place), top(place)];
        return (
            `<g data-paths="${numbers}"><title>${escapeHtml(title)}</title>` +
            `<rect class="box" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>` +
            `<text x="${x + 8}" y="${y + 26}">${escapeHtml(shortened(title, BOX_LENGTH))}</text></g>`
        );
    });
}

function arrows(paths: PathsReport["paths"], places: ReadonlyMap<string, Place>): readonly string[] {
    return hopsOf({ paths }).flatMap((hop) => {
        const [start, end] = [places.get(hop.from), places.get(hop.to)];
        if (start === undefined || end === undefined) {
            return [];
        }
        const [x1, y1] = [left(start) + BOX.width, top(start) + BOX.height / 2];
        const [x2, y2] = [left(end) - 8, top(end) + BOX.height / 2];
        const bend = (x2 - x1) / 2;
        const key = hopKey(hop);
        const numbers = passing(paths, (path) => path.some((each) => hopKey(each) === key));
        const label = shortened(`${hop.edge} ${hop.technique.id}`, ARROW_LENGTH);
        return [
            `<g data-paths="${numbers}"><title>${escapeHtml(`can ${hop.does}`)}</title>` +
                `<path d="M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}"/>` +
                `<polygon class="tip" points="${x2},${y2 - 5} ${x2 + 8},${y2} ${x2},${y2 + 5}"/>` +
                `<text class="edge" text-anchor="middle" x="${(x1 + x2) / 2}" y="${(y1 + y2) / 2 - 6}">${escapeHtml(label)}</text></g>`,
        ];
    });
}
