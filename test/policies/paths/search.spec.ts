import { strict as assert } from "node:assert";

import fc from "fast-check";

import { cheapestCut } from "../../../policies/paths/cut";
import type { Edge } from "../../../policies/paths/edge";
import { weightOf } from "../../../policies/paths/edge";
import type { PathGraph } from "../../../policies/paths/graph";
import { edgesOnTheWay, identityOf, newPaths } from "../../../policies/paths/novelty";
import type { Path } from "../../../policies/paths/search";
import { everything, Leading, Reached, shortestPath } from "../../../policies/paths/search";
import { shortestPaths } from "../../../policies/paths/several";
import { drawn } from "./support";

const SIZE = 6;
const arrow = fc.tuple(
    fc.nat({ max: SIZE - 1 }),
    fc.nat({ max: SIZE - 1 }),
    fc.constantFrom("simple" as const, "change" as const, "redesign" as const, "never" as const),
);

/** A graph with a few of its nodes for beginnings and others for ends. */
const question = fc
    .record({
        arrows: fc.array(arrow, { maxLength: 11 }).map((all) => all.filter(([from, to]) => from !== to)),
        sources: fc.uniqueArray(fc.nat({ max: SIZE - 1 }), { minLength: 1, maxLength: 2 }),
        targets: fc.uniqueArray(fc.nat({ max: SIZE - 1 }), { minLength: 1, maxLength: 2 }),
    })
    .map(({ arrows, sources, targets }) => {
        const graph = drawn(SIZE, arrows);
        const pick = (ids: readonly number[]) => graph.nodes.filter(({ id }) => ids.includes(id));
        return { graph, sources: pick(sources), targets: new Set(pick(targets.filter((id) => !sources.includes(id)))) };
    });

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

/** Every path without a loop from a source to a target, found by trying. It ends at the first target it meets. */
function everyPath({ graph, sources, targets }: Question, without: ReadonlySet<Edge> = new Set()): readonly Path[] {
    const found: Path[] = [];
    const walk = (path: readonly Edge[], seen: ReadonlySet<number>, at: number): void => {
        for (const edge of graph.edges.filter(({ from }) => from.id === at)) {
            if (without.has(edge) || seen.has(edge.to.id)) {
                continue;
            }
            if (targets.has(edge.to)) {
                found.push([...path, edge]);
            } else {
                walk([...path, edge], new Set([...seen, edge.to.id]), edge.to.id);
            }
        }
    };
    sources.forEach(({ id }) => walk([], new Set([id]), id));
    return found;
}

function subsets(edges: readonly Edge[]): readonly (readonly Edge[])[] {
    return edges.reduce<readonly (readonly Edge[])[]>(
        (all, edge) => all.flatMap((some) => [some, [...some, edge]]),
        [[]],
    );
}

const key = (path: Path): string => path.map(({ id }) => id).join(" ");
const isWalk = (graph: PathGraph, path: Path): boolean =>
    path.every((edge, index) => graph.edges.includes(edge) && (index === 0 || path[index - 1]?.to === edge.from));

/** A graph of edges that are written by the numbers of their ends, and two of its nodes. */
function lines(size: number, arrows: readonly string[], from: number, to: number) {
    const graph = drawn(
        size,
        arrows.map((arrow) => [Number(arrow[0]), Number(arrow[1]), "simple"]),
    );
    const pick = (id: number) => graph.nodes.filter((node) => node.id === id);
    return { graph, from: pick(from), to: new Set(pick(to)) };
}

describe("search of attack paths", () => {
    it("reaches what trying every way reaches, and by as few steps", () => {
        fc.assert(
            fc.property(question, (asked) => {
                const { graph, sources, targets } = asked;
                const tried = everyPath(asked);
                const path = shortestPath(graph, sources, targets, everything);
                assert.equal(
                    path?.length,
                    tried.length === 0 ? undefined : Math.min(...tried.map(({ length }) => length)),
                );
                assert.ok(path === undefined || isWalk(graph, path));
                const reached = new Reached(graph, sources, everything);
                assert.equal(
                    [...targets].some((target) => reached.has(target)),
                    tried.length > 0,
                );
                const leading = new Leading(graph, targets, everything);
                assert.equal(
                    sources.some((source) => leading.has(source)),
                    tried.length > 0,
                );
                const onward = sources.map((source) => leading.pathFrom(source)).filter(({ length }) => length > 0);
                assert.equal(Math.min(...onward.map(({ length }) => length)), path?.length ?? Infinity);
            }),
            { numRuns: 500 },
        );
    });

    it("finds every path there is, each once and the shortest first", () => {
        fc.assert(
            fc.property(question, fc.integer({ min: 1, max: 30 }), (asked, count) => {
                const { graph, sources, targets } = asked;
                const tried = everyPath(asked).filter((path) => path.every(({ to }) => !sources.includes(to)));
                const found = shortestPaths(graph, sources, targets, everything, count);
                const lengths = (paths: readonly Path[]) => paths.map(({ length }) => length);
                const all = lengths(tried).sort((one, other) => one - other);
                assert.deepEqual(lengths(found), all.slice(0, count));
                assert.equal(new Set(found.map(key)).size, found.length);
                assert.ok(found.every((path) => isWalk(graph, path)));
            }),
            { numRuns: 500 },
        );
    });

    it("cuts so that no path is left, and nothing cheaper does", () => {
        fc.assert(
            fc.property(question, (asked) => {
                const { graph, sources, targets } = asked;
                const cut = cheapestCut(graph, sources, targets, everything);
                const costs = subsets(graph.edges.filter((edge) => weightOf(edge) !== Infinity))
                    .filter((some) => everyPath(asked, new Set(some)).length === 0)
                    .map((some) => some.reduce((sum, edge) => sum + weightOf(edge), 0));
                if (cut === undefined) {
                    assert.deepEqual(costs, []);
                } else {
                    assert.deepEqual(everyPath(asked, new Set(cut.edges)), []);
                    assert.equal(cut.cost, Math.min(...costs));
                    assert.equal(
                        cut.edges.reduce((sum, edge) => sum + weightOf(edge), 0),
                        cut.cost,
                    );
                }
            }),
            { numRuns: 150 },
        );
    });

    it("tells a shorter path before a longer one that was found with it", () => {
        // 0-1-5 is left at 0 by the four steps over 2, 3 and 4, and at 1 by the detour over 6.
        const { graph, from, to } = lines(7, ["02", "23", "34", "45", "01", "15", "16", "65"], 0, 5);
        assert.deepEqual(
            shortestPaths(graph, from, to, everything, 3).map(({ length }) => length),
            [2, 3, 4],
        );
    });

    for (const [what, arrows, way] of [
        ["behind it", ["02", "21", "13", "32", "25", "34", "46", "65"], "02 21 13 34 46 65"],
        ["before it", ["02", "21", "04", "46", "61", "13", "32", "25"], "04 46 61 13 32 25"],
    ] as const) {
        it(`finds a straight path through a new edge where the shortest ways meet, by going round ${what}`, () => {
            const { graph, from, to } = lines(7, arrows, 0, 5);
            const known = new Set(graph.edges.map(identityOf).filter((_, index) => arrows[index] !== "13"));
            const [path = []] = newPaths({ graph, sources: from, targets: to, follow: everything }, known, 1);
            assert.equal(path.map((edge) => `${edge.from.id}${edge.to.id}`).join(" "), way);
        });
    }

    it("cuts by what flow can be taken back, where the shortest path stands in the way of two others", () => {
        // 0-1-2-3 is the shortest; 0-4-5-2-3 and 0-1-6-7-3 go side by side once it is given up.
        const { graph, from, to } = lines(8, ["01", "12", "23", "04", "45", "52", "16", "67", "73"], 0, 3);
        assert.equal(cheapestCut(graph, from, to, everything)?.cost, 2);
    });

    it("finds a path that was not there before wherever there is one", () => {
        fc.assert(
            fc.property(question, fc.array(fc.nat({ max: 10 })), (asked, former) => {
                const { graph, sources, targets } = asked;
                const known = new Set(graph.edges.filter(({ id }) => former.includes(id)).map(identityOf));
                const isNew = (path: Path) => path.some((edge) => !known.has(identityOf(edge)));
                const tried = everyPath(asked).filter((path) => path.every(({ to }) => !sources.includes(to)));
                const ways = { graph, sources, targets, follow: everything };
                const onTheWay = new Set(edgesOnTheWay(ways));
                assert.ok(tried.flat().every((edge) => onTheWay.has(edge)));
                const found = newPaths(ways, known, 30);
                const fresh = new Set(tried.filter(isNew).map(key));
                const straight = found.filter((path) => new Set(path.map(({ to }) => to)).size === path.length);
                assert.ok(fresh.size === 0 || found.length > 0);
                assert.ok(found.every((path) => isWalk(graph, path) && isNew(path)));
                assert.ok(straight.every((path) => fresh.has(key(path))));
            }),
            { numRuns: 500 },
        );
    });

    it("calls no way round new that passes the same place twice", () => {
        // 0 -> 1 -> 2, and 1 -> 3 -> 1: what is new leads back only.
        const graph = drawn(4, [
            [0, 1, "simple"],
            [1, 2, "simple"],
            [1, 3, "change"],
            [3, 1, "change"],
        ]);
        const [start, , end] = graph.nodes;
        assert.ok(start !== undefined && end !== undefined);
        const known = new Set(graph.edges.slice(0, 2).map(identityOf));
        const ways = { graph, sources: [start], targets: new Set([end]), follow: everything };
        assert.deepEqual(newPaths(ways, known, 3), []);
        assert.equal(newPaths(ways, new Set(), 3).length, 1);
    });

    it("finds no cut where the beginning is an end", () => {
        const graph = drawn(2, [[0, 1, "simple"]]);
        assert.equal(cheapestCut(graph, graph.nodes, new Set(graph.nodes), everything), undefined);
    });
});
