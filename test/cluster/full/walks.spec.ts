import assert from "node:assert/strict";

import type { KubernetesObject } from "../harness/kubectl";
import { onNode } from "../harness/node";
import { remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";
import type { Ground } from "../support/walks";
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

// What the graph says of the same objects: test/policies/paths/walks.spec.ts.
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
            assert.equal(await walk.walk(groundIn(SPACES.open)), MARKER);
            const refusal = await walk.walk(groundIn(SPACES.mended));
            assert.match(refusal, walk.refusal);
            assert.notEqual(refusal, MARKER);
        });
    }
});
