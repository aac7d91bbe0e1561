import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { readConnection } from "../../../hardening/sources/cluster/kubeconfig";
import { checks } from "../../../hardening/verify";
import { reportText } from "../../../hardening/verify/print";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import type { StackName } from "./stack";
import { runChecks } from "./verification";

/** What `hardening verify` can find out, by what there is. */
const CHECKS = {
    /** Nodes and pods in name only: the API server alone is asked, whose admission, storage and authorization are the real ones. */
    "api-server": ["network-policies-in-place", "security-contexts-as-written", "access-as-granted"],
    /** A real node, on which the canary runs, Prometheus scrapes it and network policies are enforced. */
    node: ["metrics-meet-targets", "network-policies-enforced", "alert-rules-loaded"],
    /** SPIRE's own programs besides, and nothing in name only. What intrusions have been tried on the cluster before is no incident. */
    everything: checks(() => new Date())
        .map(({ name }) => name)
        .filter((name) => name !== "no-incidents"),
} as const;

/**
 * Runs those checks on a stack that has been applied. Where VERIFY_RESULTS names a folder, the report is kept there as
 * `<stack>-<where>.json` for `hardening report --verified`, marked as a rehearsal.
 *
 * @returns the state of each check, and everything that was not proved
 */
export async function rehearse(
    cluster: Cluster,
    stack: StackName,
    objects: readonly KubernetesObject[],
    where: keyof typeof CHECKS,
): Promise<{ readonly states: Readonly<Record<string, string>>; readonly open: readonly string[] }> {
    const results = await runChecks(cluster, stack, objects, CHECKS[where]);
    const kept = process.env["VERIFY_RESULTS"] ?? "";
    if (kept !== "") {
        const head = {
            stack,
            cluster: readConnection({ kubeconfig: cluster.kubeconfig }).name,
            at: new Date(),
            rehearsal: true,
        };
        writeFileSync(join(kept, `${stack}-${where}.json`), reportText({ ...head, results }));
    }
    return {
        states: Object.fromEntries(results.map(({ check, status }) => [check.name, status])),
        open: results
            .flatMap(({ verdicts }) => verdicts.filter(({ status }) => status !== "proved"))
            .map(({ subject, message }) => `${subject}: ${message}`),
    };
}
