import assert from "node:assert/strict";

import { parseExposition, total, type Sample } from "../../../hardening/verify/exposition";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { describeObject } from "./stack";
import { CANARY, PLATFORM } from "./staging-on-node";
import { until } from "./until";

export type Pod = KubernetesObject & {
    spec: { nodeName: string; containers: { image: string; imagePullPolicy: string }[] };
    status: { podIP: string; containerStatuses: { imageID: string; restartCount: number }[] };
};

/** The pods of a workload, which is given as `namespace/name`, without those that are on their way out. */
export async function podsOf(cluster: Cluster, workload: string): Promise<readonly Pod[]> {
    const [namespace = "", name = ""] = workload.split("/");
    const pods = await cluster.kubectl.list("pods", namespace, ["-l", `app.kubernetes.io/name=${name}`]);
    return (pods as Pod[]).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Workloads whose pods run the probe, as `namespace/name`: the canary's halves, and what stands for the platform. */
export const PROBES = [`${PLATFORM}/x0tta6bl4`, `${PLATFORM}/canary`, `${CANARY}/canary`];

/** What a pod serves at /metrics, by default on the probe's port. */
export async function metricsOf(
    cluster: Cluster,
    { metadata }: KubernetesObject,
    port = 8080,
): Promise<readonly Sample[]> {
    const path = `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${metadata.name}:${port}/proxy/metrics`;
    const { status, text } = await cluster.request("GET", path);
    assert.equal(status, 200, text);
    return parseExposition(text);
}

/** How many calls of their other half the pods of one half of the canary have made. */
export async function callsOf(
    cluster: Cluster,
    half: string,
): Promise<Readonly<Record<"success" | "failure", number>>> {
    const samples = await Promise.all(
        (await podsOf(cluster, `${half}/canary`)).map(async (pod) => metricsOf(cluster, pod)),
    );
    const calls = samples.flat().filter(({ name }) => name === "probe_calls_total");
    const of = (result: string): number => total(calls.filter(({ labels }) => labels["result"] === result));
    return { success: of("success"), failure: of("failure") };
}

/**
 * Waits until each pod of the canary has been answered by its other half, which is in another namespace, and checks by which
 * protocol and key exchange.
 */
export async function halvesAnswer(cluster: Cluster): Promise<void> {
    for (const [here, other] of [
        [CANARY, PLATFORM],
        [PLATFORM, CANARY],
    ] as const) {
        const pods = await podsOf(cluster, `${here}/canary`);
        assert.equal(pods.length, 2);
        for (const pod of pods) {
            const host = `canary.${other}.svc:8443`;
            await until(`${describeObject(pod)} has been answered by ${host}`, async () => {
                const calls = (await metricsOf(cluster, pod)).filter(({ name }) => name === "probe_calls_total");
                const good = calls.filter(({ labels }) => labels["host"] === host && labels["result"] === "success");
                return total(good) > 0 || JSON.stringify(calls);
            });
            const handshakes = (await metricsOf(cluster, pod)).filter(({ name }) => name === "pqc_handshakes_total");
            const good = handshakes.filter(({ labels }) => labels["result"] === "success");
            assert.deepEqual(
                [...new Set(good.filter(({ value }) => value > 0).map(({ labels }) => labels["group"]))],
                ["X25519MLKEM768"],
                JSON.stringify(handshakes),
            );
        }
    }
}
