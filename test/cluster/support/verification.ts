import assert from "node:assert/strict";

import { ReadOnlyClient } from "../../../hardening/sources/cluster/client";
import { readConnection } from "../../../hardening/sources/cluster/kubeconfig";
import { checks, verify, type CheckResult } from "../../../hardening/verify";
import type { ControlPlaneSide } from "../../../hardening/verify/control-plane-side";
import { auditLogReader, etcdReader } from "../../../hardening/verify/control-plane-side";
import { Expected } from "../../../hardening/verify/expected";
import { LiveCluster } from "../../../hardening/verify/live";
import type { Cluster } from "../harness/cluster";
import type { ControlPlane } from "../harness/control-plane";
import { auditLog } from "../harness/control-plane";
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
        return await verify(selected, new Expected(stack, objects), new LiveCluster(client, sideOf(cluster.plane)));
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

/** What is behind the API server: etcd, as the API server signs in there, and the audit log. */
function sideOf(plane: ControlPlane): ControlPlaneSide {
    const { certificate: cert, key } = plane.authority.pair("apiserver-etcd-client");
    const url = `https://127.0.0.1:${plane.ports.etcd}`;
    return {
        storedSecrets: etcdReader({ url, ca: plane.authority.certificate, cert, key }),
        audited: auditLogReader(auditLog(plane)),
    };
}
