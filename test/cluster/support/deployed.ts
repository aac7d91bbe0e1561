import assert from "node:assert/strict";

import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { read } from "./objects";
import { addVolumes, applyInOrder, prepareFor, renderStack, rolledOut, withoutWebhooks } from "./stack";
import { until } from "./until";

const WITH_PODS = ["Deployment", "StatefulSet", "DaemonSet"];
const APPLICATION = { name: "x0tta6bl4", namespace: "x0tta6bl4-staging" };

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
    const workloads = objects.filter(({ kind }) => WITH_PODS.includes(kind));
    await Promise.all(workloads.map(async (workload) => rolledOut(cluster, workload, 60)));
    const scaler = objects.find(
        ({ kind, metadata: { name } }) => kind === "HorizontalPodAutoscaler" && name === APPLICATION.name,
    );
    const { minReplicas } = scaler?.["spec"] as { minReplicas: number };
    // The autoscaler adds pods some time later; in the middle of a check they would not be ready.
    await until("the autoscaler has brought the platform to its minimum", async () => {
        const platform = await read(cluster, { apiVersion: "apps/v1", kind: "Deployment", metadata: APPLICATION });
        const { readyReplicas = 0 } = platform?.["status"] as { readyReplicas?: number };
        return readyReplicas === minReplicas || `${readyReplicas} are ready`;
    });
    return objects;
}
