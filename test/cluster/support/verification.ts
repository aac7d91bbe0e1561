import assert from "node:assert/strict";

import { ReadOnlyClient } from "../../../hardening/sources/cluster/client";
import { readConnection } from "../../../hardening/sources/cluster/kubeconfig";
import { checks, verify, type CheckResult } from "../../../hardening/verify";
import { Expected } from "../../../hardening/verify/expected";
import { LiveCluster } from "../../../hardening/verify/live";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";

/** Runs one check of `hardening verify` on the cluster, against the objects of a stack. */
export async function runCheck(
    cluster: Cluster,
    stack: string,
    objects: readonly KubernetesObject[],
    name: string,
): Promise<CheckResult> {
    const client = new ReadOnlyClient(readConnection({ kubeconfig: cluster.kubeconfig }));
    try {
        const selected = checks(() => new Date()).filter((check) => check.name === name);
        const [result] = await verify(selected, new Expected(stack, objects), new LiveCluster(client));
        assert.ok(result !== undefined, `there is no check ${name}`);
        return result;
    } finally {
        client.close();
    }
}
