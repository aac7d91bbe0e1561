import assert from "node:assert/strict";

import { onNode, type Node } from "../harness/node";
import { halvesAnswer } from "../support/canary";
import { stagingOnNode } from "../support/deployed";
import { alerts, alertsOf } from "../support/falco-alerts";
import { missingForFalco } from "../support/falco-probe";
import { intoContainerOf, ON_THE_NODE, type Processes } from "../support/intrusions";
import { describeOnCluster } from "../support/shared";
import { activeAuthority } from "../support/spire-server";
import { allRolledOut, restart, WORKLOADS } from "../support/stack";
import { missingOfSpire } from "../support/stack-images";
import { FALCO, type StagingOnNode } from "../support/staging-on-node";

const missing = [...missingForFalco, ...missingOfSpire];
const note = missing.length === 0 ? "" : ` (skipped: missing: ${missing.join(", ")})`;

describeOnCluster(`Falco and SPIRE on a real node${note}`, "full", (cluster) => {
    let stack: StagingOnNode;

    function node(): Node {
        return cluster().node ?? assert.fail("the cluster has no node");
    }

    before(async function () {
        if (note !== "") {
            this.skip();
        }
        this.timeout(60 * 60_000);
        stack = await stagingOnNode(cluster(), "real");
        await allRolledOut(cluster(), stack.objects, 300);
    });

    async function processes(): Promise<Processes> {
        const pid = async (pattern: string): Promise<string> =>
            (await onNode(node(), "pgrep", "-f", pattern)).split("\n")[0] ?? "";
        return {
            server: await pid("^/opt/spire/bin/spire-server run"),
            agent: await pid("^/opt/spire/bin/spire-agent run"),
            operator: await pid("^/bin/external-secrets"),
        };
    }

    it("alert of nothing while every program starts anew, SPIRE attests and issues, and its administrator looks in", async function () {
        this.timeout(400_000);
        const others = stack.objects.filter(({ kind, metadata }) => WORKLOADS.has(kind) && metadata.name !== FALCO);
        await restart(cluster(), others, 300);
        await halvesAnswer(cluster());
        await activeAuthority(cluster());
        assert.deepEqual(
            (await alerts(cluster())).map(({ output }) => output),
            [],
        );
    });

    for (const { does, script, inside, rule } of ON_THE_NODE) {
        it(`alert when root on the node ${does}`, async function () {
            this.timeout(90_000);
            const pids = await processes();
            const entered = inside === undefined ? "" : `${intoContainerOf(pids[inside])}\n`;
            await alertsOf(cluster(), [rule], async () => onNode(node(), "sh", "-c", entered + script(pids)));
        });
    }
});
