import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { jsonOf } from "../../../hardening/verify/print";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import type { StackName } from "./stack";
import { runChecks } from "./verification";

/**
 * What `hardening verify` can find out where nodes and pods exist in name only: it asks the API server alone, whose
 * admission, storage and authorization are the real ones.
 */
const OF_THE_API_SERVER = ["network-policies-in-place", "security-contexts-as-written", "access-as-granted"] as const;

/**
 * Runs those checks on a stack that has been applied. Where VERIFY_RESULTS names a folder, the report is kept there as
 * `<stack>.json` for `hardening report --verified`, marked as a rehearsal.
 *
 * @returns the state of each check, and everything that was not proved
 */
export async function rehearse(
    cluster: Cluster,
    stack: StackName,
    objects: readonly KubernetesObject[],
): Promise<{ readonly states: Readonly<Record<string, string>>; readonly open: readonly string[] }> {
    const results = await runChecks(cluster, stack, objects, OF_THE_API_SERVER);
    const kept = process.env["VERIFY_RESULTS"] ?? "";
    if (kept !== "") {
        const head = { stack, cluster: cluster.kubectl.kubeconfig, at: new Date(), rehearsal: true };
        writeFileSync(join(kept, `${stack}.json`), jsonOf(head, results));
    }
    return {
        states: Object.fromEntries(results.map(({ check, status }) => [check.name, status])),
        open: results
            .flatMap(({ verdicts }) => verdicts.filter(({ status }) => status !== "proved"))
            .map(({ subject, message }) => `${subject}: ${message}`),
    };
}
