import { narrowed } from "./expressions";

/** A query and how its lines are called. */
export interface Query {
    readonly expr: string;
    /** Grafana's legend, e.g. `{{pod}}`. */
    readonly legend: string;
}

export type Unit = "short" | "percentunit" | "s" | "ms" | "ops";

/** What a panel shows. */
export interface Panel {
    readonly title: string;
    readonly description: string;
    readonly kind: "stat" | "timeseries" | "table";
    readonly unit: Unit;
    readonly queries: readonly [Query, ...Query[]];
    /** Value from which on the panel turns red; with `below`, down to which. */
    readonly threshold?: { readonly value: number; readonly below?: boolean };
}

/** A number of things that nobody wants many of: red from `limit` on. */
export function count(title: string, description: string, query: Query, limit = 1): Panel {
    return { title, description, kind: "stat", unit: "short", queries: [query], threshold: { value: limit } };
}

/** A dashboard: rows of panels. */
export interface Dashboard {
    /** Stable id within the project, whose name stands before it in Grafana and in the name of its ConfigMap. */
    readonly uid: string;
    readonly title: string;
    readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const COLUMNS = 24;
const HEIGHT = 8;

/**
 * The dashboard as Grafana (schema 39) reads it. Its data source and its cluster are variables, so it works wherever it is loaded:
 * all clusters are those whose series have no such label, too.
 *
 * @param clusterLabel the label that tells the series of one cluster from those of another
 */
export function dashboardJson(
    dashboard: Dashboard,
    project: string,
    clusterLabel: string,
): Readonly<Record<string, unknown>> {
    let y = 0;
    let id = 0;
    const panels: unknown[] = [];
    for (const row of dashboard.rows) {
        panels.push({
            id: ++id,
            type: "row",
            title: row.title,
            collapsed: false,
            panels: [],
            gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 },
        });
        const width = Math.floor(COLUMNS / row.panels.length);
        row.panels.forEach((panel, index) =>
            panels.push(panelJson(ofCluster(panel, clusterLabel), ++id, { x: index * width, y, w: width, h: HEIGHT })),
        );
        y += HEIGHT;
    }
    return {
        uid: `${project}-${dashboard.uid}`,
        title: `${project} / ${dashboard.title}`,
        tags: [project, "security"],
        schemaVersion: 39,
        editable: false,
        refresh: "1m",
        time: { from: "now-6h", to: "now" },
        timezone: "utc",
        templating: {
            list: [
                { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
                {
                    name: "cluster",
                    label: "Cluster",
                    type: "query",
                    datasource: DATASOURCE,
                    query: `label_values(up, ${clusterLabel})`,
                    refresh: 2,
                    multi: true,
                    includeAll: true,
                    allValue: ".*",
                    current: { text: "All", value: "$__all" },
                },
            ],
        },
        panels,
    };
}

/** The panel, of those clusters that are chosen. */
function ofCluster(panel: Panel, label: string): Panel {
    const [first, ...rest] = panel.queries;
    const chosen = (query: Query): Query => ({ ...query, expr: narrowed(query.expr, `${label}=~"$cluster"`) });
    return { ...panel, queries: [chosen(first), ...rest.map(chosen)] };
}

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

function panelJson(panel: Panel, id: number, gridPos: Readonly<Record<string, number>>): unknown {
    const { threshold } = panel;
    const colours = threshold?.below === true ? ["red", "green"] : ["green", "red"];
    return {
        id,
        type: panel.kind,
        title: panel.title,
        description: panel.description,
        datasource: DATASOURCE,
        gridPos,
        fieldConfig: {
            defaults: {
                unit: panel.unit,
                thresholds: {
                    mode: "absolute",
                    steps: [
                        { color: threshold === undefined ? "green" : colours[0], value: null },
                        ...(threshold === undefined ? [] : [{ color: colours[1], value: threshold.value }]),
                    ],
                },
            },
            overrides: [],
        },
        options: panel.kind === "stat" ? { reduceOptions: { calcs: ["lastNotNull"] } } : {},
        targets: panel.queries.map(({ expr, legend }, index) => ({
            refId: String.fromCharCode(65 + index),
            datasource: DATASOURCE,
            expr,
            legendFormat: legend,
            ...(panel.kind === "timeseries" ? {} : { instant: true }),
        })),
    };
}
