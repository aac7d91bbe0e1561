import assert from "node:assert/strict";

import { ReadOnlyClient } from "../../../hardening/sources/cluster/client";
import { readConnection } from "../../../hardening/sources/cluster/kubeconfig";
import { checks, verify, type CheckResult } from "../../../hardening/verify";
import { Expected } from "../../../hardening/verify/expected";
import { LiveCluster } from "../../../hardening/verify/live";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";

/** Runs checks of `hardening verify` on the cluster, against the objects of a stack. */
export async function runChecks(
    cluster: Cluster,
    stack: string,
    objects: readonly KubernetesObject[],
    names: readonly string[],
): Promise<readonly CheckResult[]> {
    const client = new ReadOnlyClient(readConnection({ kubeconfig: cluster.kubeconfig }));
    try {
        const selected = checks(() => new Date()).filter(({ name }) => names.includes(name));
        assert.equal(selected.length, names.length, `not all of these are checks: ${names.join(", ")}`);
        return await verify(selected, new Expected(stack, objects), new LiveCluster(client));
    } finally {
        client.close();
    }
}

/** Runs one of them. */
export async function runCheck(
    cluster: Cluster,
    stack: string,
    objects: readonly KubernetesObject[],
    name: string,
): Promise<CheckResult> {
    const [result] = await runChecks(cluster, stack, objects, [name]);
    assert.ok(result !== undefined);
    return result;
}
