import assert from "node:assert/strict";

import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { beforeTheEnd } from "./shared";
import { deployStaging, type Extent, type StagingOnNode } from "./staging-on-node";
import { addVolumes, allRolledOut, applyInOrder, prepareFor, renderStack, withoutWebhooks } from "./stack";

let deployed: Promise<readonly KubernetesObject[]> | undefined;

/**
 * The staging stack on the run's cluster, with every workload up. It is brought there once and stays: the suites that share it
 * come last in a run (mocha-control-plane.json), and what one of them changes must not matter to those after it.
 *
 * @returns what was applied: all but the webhooks, for which nobody would answer
 */
export async function deployedStaging(cluster: Cluster): Promise<readonly KubernetesObject[]> {
    deployed ??= deploy(cluster);
    return deployed;
}

async function deploy(cluster: Cluster): Promise<readonly KubernetesObject[]> {
    const rendered = await renderStack("staging");
    await prepareFor(cluster, rendered.objects);
    await addVolumes(cluster, 5);
    const objects = withoutWebhooks(rendered.objects);
    const outcome = await applyInOrder(cluster, objects);
    assert.equal(outcome.code, 0, outcome.stderr);
    await allRolledOut(cluster, objects, 60);
    return objects;
}

let onNode: { readonly extent: Extent; readonly staging: Promise<StagingOnNode> } | undefined;

/** The staging stack on the run's real node. It stays until another extent of it is asked for, or the run ends. */
export async function stagingOnNode(cluster: Cluster, extent: Extent): Promise<StagingOnNode> {
    // One that failed has said so to who asked for it, and ended what it had begun in this process.
    const before = async (): Promise<StagingOnNode | undefined> => onNode?.staging.catch(() => undefined);
    if (onNode === undefined) {
        beforeTheEnd(async () => (await before())?.identity.stop());
    }
    if (onNode?.extent !== extent) {
        await (await before())?.remove();
        onNode = { extent, staging: deployStaging(cluster, extent) };
    }
    return onNode.staging;
}
