import assert from "node:assert/strict";

import { endsOf } from "../../../hardening/paths/ends";
import type { PathGraph } from "../../../policies/paths/graph";
import { shortestPath, withoutFlaws } from "../../../policies/paths/search";
import { graphOf } from "../../policies/paths/support";
import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";
import type { Ground, Walk } from "../support/walks";
import { groundOf, importWalker, MARKER } from "../support/walks";
import { WALKS_BY_RIGHTS } from "../support/walks-by-rights";
import { NODE_FOLDERS, WALKS_IN_PODS } from "../support/walks-in-pods";

const WALKS = [...WALKS_IN_PODS, ...WALKS_BY_RIGHTS];
/** Where each walk should come through, and where it is mended. */
const SPACES = { open: "walk-open", mended: "walk-mended" } as const;

const objectsIn = (space: string, open: boolean): readonly KubernetesObject[] => [
    ...groundOf(space),
    ...WALKS.flatMap((walk) => walk.objects(space, open)),
];

/** A path of the graph of a walk's own objects, from where the attacker is; undefined where there is none. */
function pathOf({ edge, to, objects }: Walk, space: string, open: boolean) {
    const graph = graphOf(...groundOf(space), ...objects(space, open));
    const begin = edge === "node-pods" ? "node" : `${isInPod(edge) ? "pod" : "account"}:${space}/${edge}`;
    return shortestPath(graph, ends(graph, "from", begin), new Set(ends(graph, "to", to(space))), withoutFlaws);
}

const isInPod = (edge: string): boolean => WALKS_IN_PODS.some((walk) => walk.edge === edge);

function ends(graph: PathGraph, option: "from" | "to", text: string) {
    const found = endsOf(graph, option, text);
    assert.ok(!("fault" in found), JSON.stringify(found));
    return found;
}

describeOnCluster("the edges of attack paths, walked", "full", (cluster) => {
    const all = [...objectsIn(SPACES.open, true), ...objectsIn(SPACES.mended, false)];

    before(async function () {
        this.timeout(10 * 60_000);
        const { node } = cluster();
        assert.ok(node);
        await importWalker(node);
        await onNode(node, "mkdir", "-p", ...NODE_FOLDERS);
        await until("the objects are taken", async () => {
            const { code, stderr } = await cluster().kubectl.tryApply(all);
            return code === 0 || stderr;
        });
        await until(
            "every pod runs",
            async () => {
                const pods = (
                    await Promise.all(Object.values(SPACES).map((space) => cluster().kubectl.list("pods", space)))
                ).flat();
                const waiting = pods.filter(({ status }) => (status as { phase: string }).phase !== "Running");
                return (
                    (pods.length > 0 && waiting.length === 0) || waiting.map(({ metadata }) => metadata.name).join(", ")
                );
            },
            { seconds: 180 },
        );
    });

    after(async function () {
        this.timeout(120_000);
        await remove(
            cluster(),
            all.filter(({ kind }) => ["Namespace", "ClusterRole", "ClusterRoleBinding"].includes(kind)),
        );
    });

    const groundIn = (space: string): Ground => {
        const { node } = cluster();
        assert.ok(node);
        return { cluster: cluster(), node, space };
    };

    for (const walk of WALKS) {
        it(`${walk.edge} leads where the graph says, and no more once it is mended`, async function () {
            this.timeout(180_000);
            const path = pathOf(walk, SPACES.open, true);
            assert.ok(
                path?.some(({ family }) => family.name === walk.edge),
                `not on ${JSON.stringify(path?.map(({ family }) => family.name))}`,
            );
            assert.equal(pathOf(walk, SPACES.mended, false), undefined);
            assert.equal(await walk.walk(groundIn(SPACES.open)), MARKER);
            const refusal = await walk.walk(groundIn(SPACES.mended));
            assert.match(refusal, walk.refusal);
            assert.notEqual(refusal, MARKER);
        });
    }

    it(`are ${WALKS.length} kinds, each once, on ${NODE_NAME}`, () => {
        assert.ok(WALKS.length >= 15);
        assert.equal(new Set(WALKS.map(({ edge }) => edge)).size, WALKS.length);
    });
});
