import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { endsOf } from "../../../hardening/paths/ends";
import type { PathGraph } from "../../../policies/paths/graph";
import { shortestPath, withoutFlaws } from "../../../policies/paths/search";
import type { Walk } from "../../cluster/support/walks";
import { groundOf } from "../../cluster/support/walks";
import { WALKS_BY_RIGHTS } from "../../cluster/support/walks-by-rights";
import { WALKS_IN_PODS } from "../../cluster/support/walks-in-pods";
import { graphOf } from "./support";

const WALKS = [...WALKS_IN_PODS, ...WALKS_BY_RIGHTS];
const SPACE = "walk";

/** The families of a shortest path from where a walk's attacker is to where it leads; undefined where there is none. */
function pathOf(walk: Walk, open: boolean): readonly string[] | undefined {
    const graph = graphOf(...groundOf(SPACE), ...walk.objects(SPACE, open));
    const { edge } = walk;
    const begin =
        edge === "node-pods" ? "node" : `${WALKS_IN_PODS.includes(walk) ? "pod" : "account"}:${SPACE}/${edge}`;
    const aims = new Set(ends(graph, "to", walk.to(SPACE)));
    return shortestPath(graph, ends(graph, "from", begin), aims, withoutFlaws)?.map(({ family }) => family.name);
}

function ends(graph: PathGraph, option: "from" | "to", text: string) {
    const found = endsOf(graph, option, text);
    assert.ok(!("fault" in found), JSON.stringify(found));
    return found;
}

// Whether the API server, the kubelet and the kernel agree: test/cluster/full/walks.spec.ts.
describe("The graph of what is walked on a node", () => {
    for (const walk of WALKS) {
        it(`has the path by ${walk.edge}, and none once it is mended`, () => {
            const path = pathOf(walk, true);
            assert.ok(path?.includes(walk.edge), `not on ${JSON.stringify(path)}`);
            assert.equal(pathOf(walk, false), undefined);
        });
    }

    it("is of as many kinds as docs/attack-paths.md says, each once", () => {
        const [, kinds] =
            /walks\.spec\.ts\) walks (\d+) kinds of edges/.exec(readFileSync("docs/attack-paths.md", "utf8")) ?? [];
        assert.equal(new Set(WALKS.map(({ edge }) => edge)).size, Number(kinds));
        assert.equal(WALKS.length, Number(kinds));
    });
});
