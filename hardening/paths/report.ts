import type { Edge } from "../../policies/paths/edge";
import { cutOf, EFFORT } from "../../policies/paths/edge";
import { cheapestCut } from "../../policies/paths/cut";
import type { Follow, PathGraph, Unseen } from "../../policies/paths/graph";
import { LIMITS } from "../../policies/paths/limits";
import type { PathNode } from "../../policies/paths/nodes";
import { titleOf } from "../../policies/paths/nodes";
import { edgesOnTheWay, identityOf, newPaths } from "../../policies/paths/novelty";
import { Reached } from "../../policies/paths/search";
import { shortestPaths } from "../../policies/paths/several";
import { describe } from "../../policies/kubernetes/kube";

/** One step of an attacker, as every form of the report shows it. */
export interface Hop {
    readonly from: string;
    readonly to: string;
    /** The family of the edge. */
    readonly edge: string;
    /** What the attacker does, to follow "can". */
    readonly does: string;
    readonly technique: { readonly id: string; readonly name: string };
    readonly needs: string;
    /** What makes it so; empty where it is how Kubernetes works. */
    readonly object: string;
    readonly source: string;
    readonly document: number;
    readonly field: string;
    readonly reason: string;
    /** What ends this step alone; empty where nothing in a manifest does. */
    readonly remedy: string;
}

/** One change of a cut. */
export interface Change {
    readonly object: string;
    readonly source: string;
    readonly field: string;
    readonly remedy: string;
    /** The control whose remedy it is; empty where there is none. */
    readonly control: string;
    readonly effort: keyof typeof EFFORT;
}

/** The answer to a question about paths. */
export interface PathsReport {
    /** What was read: `stack production`, `12 files`. */
    readonly subject: string;
    readonly asked: Asked;
    /** What the places come to: `the Internet`, `Pod shop/web, Pod shop/db or 3 more`. */
    readonly from: string;
    readonly to: string;
    /** Flaws in programs that are reached by the network alone were followed too. */
    readonly lateral: boolean;
    readonly paths: readonly (readonly Hop[])[];
    /** Paths that a former report knew are left out: its file; undefined where there is none to compare with. */
    readonly baseline: string | undefined;
    /** There are more paths than these. */
    readonly more: boolean;
    /** The cheapest changes that end every path, whether shown or not; undefined where nothing ends them all. */
    readonly cut: readonly Change[] | undefined;
    /** Everything that can be reached from the beginning, where that was asked for. */
    readonly reach: readonly string[] | undefined;
    /** What each edge on the ways to the end is known by in a later run. */
    readonly edges: readonly string[];
    readonly size: { readonly nodes: number; readonly edges: number };
    /** What could not be read, so that paths may be missing. */
    readonly unseen: readonly Unseen[];
    readonly limits: readonly string[];
}

/** The places that a path passes, its beginning first. */
export function stopsOf(path: readonly Hop[]): readonly string[] {
    return [...path.slice(0, 1).map(({ from }) => from), ...path.map(({ to }) => to)];
}

/** The hops of several paths, each once. */
export function hopsOf({ paths }: Pick<PathsReport, "paths">): readonly Hop[] {
    const hops = new Map(paths.flat().map((hop) => [hopKey(hop), hop]));
    return [...hops.values()];
}

/** What is drawn once: a step of a kind between two places. */
export function hopKey({ from, to, edge }: Hop): string {
    return JSON.stringify([from, to, edge]);
}

/** Where something stands: `Pod shop/web: spec.hostPID`, or the object alone. */
export function placeOf({ object, field }: Pick<Hop, "object" | "field">): string {
    return [object, field].filter(Boolean).join(": ");
}

/** What a change costs, and the control that asks for it: `change; no-host-pid`. */
export function costOf({ effort, control }: Change): string {
    return [effort, control].filter(Boolean).join("; ");
}

/** The places that were asked about, by their names as `--from` and `--to` take them. */
export interface Asked {
    readonly from: readonly string[];
    readonly to: readonly string[];
}

/** The edges of a former report. */
export interface Baseline {
    readonly file: string;
    readonly edges: ReadonlySet<string>;
}

/** What is asked of a graph. */
export interface Question {
    readonly subject: string;
    readonly asked: Asked;
    readonly from: readonly PathNode[];
    readonly to: readonly PathNode[];
    readonly titles: { readonly from: string; readonly to: string };
    readonly lateral: boolean;
    readonly follow: Follow;
    /** How many paths are shown at most. */
    readonly count: number;
    readonly reach: boolean;
    readonly baseline: Baseline | undefined;
    /** What could not be read before there was a graph. */
    readonly unseen: readonly Unseen[];
}

/** Answers a question: the shortest paths, the cheapest cut, and what else can be reached. */
export function answer(graph: PathGraph, question: Question): PathsReport {
    const { subject, asked, from, titles, lateral, follow, count, reach, baseline, unseen } = question;
    const targets = new Set(question.to.filter((node) => !from.includes(node)));
    const ways = { graph, sources: from, targets, follow };
    const found =
        baseline === undefined
            ? shortestPaths(graph, from, targets, follow, count + 1)
            : newPaths(ways, baseline.edges, count + 1);
    const cut = cheapestCut(graph, from, targets, follow);
    return {
        subject,
        asked,
        ...titles,
        lateral,
        paths: found.slice(0, count).map((path) => path.map(hopOf)),
        baseline: baseline?.file,
        more: found.length > count,
        cut: cut && changesOf(cut.edges),
        reach: reach ? reachOf(graph, from, follow) : undefined,
        edges: [...new Set(edgesOnTheWay(ways).map(identityOf))].sort(),
        size: { nodes: graph.nodes.length, edges: graph.edges.length },
        unseen: [...unseen, ...graph.unseen].map(({ what, why }) => ({ what, why })),
        limits: LIMITS,
    };
}

function hopOf(edge: Edge): Hop {
    const { from, to, family, object, field, reason } = edge;
    return {
        from: titleOf(from),
        to: titleOf(to),
        edge: family.name,
        does: family.title,
        technique: family.technique,
        needs: family.needs,
        object: object === undefined ? "" : describe(object),
        source: object?.resource.source ?? "",
        document: object?.resource.document ?? 0,
        field: object === undefined ? "" : (field ?? ""),
        reason: reason ?? "",
        remedy: cutOf(edge).remedy,
    };
}

/** The changes behind some edges: one may end several. */
function changesOf(edges: readonly Edge[]): readonly Change[] {
    const changes = new Map<string, Change>();
    for (const edge of edges) {
        const { object, field = "" } = edge;
        const { remedy, control = "", effort } = cutOf(edge);
        const change = {
            object: object === undefined ? titleOf(edge.from) : describe(object),
            source: object?.resource.source ?? "",
            field,
            remedy,
            control,
            effort,
        };
        changes.set(JSON.stringify(change), change);
    }
    return [...changes.values()].sort(
        (one, other) => EFFORT[one.effort] - EFFORT[other.effort] || (one.object < other.object ? -1 : 1),
    );
}

/** Kinds that only join others and are nothing to hold. */
const JOINTS: readonly string[] = ["step", "binding", "network", "service"];

function reachOf(graph: PathGraph, from: readonly PathNode[], follow: Follow): readonly string[] {
    const reached = new Reached(graph, from, follow);
    const held = [...reached.nodes()].filter((node) => !JOINTS.includes(node.kind) && !from.includes(node));
    return [...new Set(held.map(titleOf))];
}
