import { clusterSeen, ClusterRecording } from "../../../hardening/evidence/cluster-recording";
import { ReadOnlyClient } from "../../../hardening/sources/cluster/client";
import { readConnection } from "../../../hardening/sources/cluster/kubeconfig";
import { previewProgram } from "../../../hardening/sources/program";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { checks } from "../../../hardening/verify";
import { verifyResults } from "../../../hardening/verify/results";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import type { StackName } from "./stack";
import { runChecks } from "./verification";

/**
 * Nothing scans these clusters' images, no Alertmanager is there to silence
 * anything, no Envoy Gateway to run the shield's proxies, and what intrusions have been tried on them before is no incident.
 */
const ELSEWHERE = [...["no-grave-vulnerabilities", "no-incidents", "alerts-not-silenced", "shield-encrypts"]];

/** What `hardening verify` can find out, by what there is. */
const CHECKS = {
    /** Nodes and pods in name only: the API server alone is asked, whose admission, storage and authorization are the real ones. */
    "api-server": ["network-policies-in-place", "security-contexts-as-written", "access-as-granted"],
    /** A real node, on which the canary runs, Prometheus scrapes it and network policies are enforced. */
    node: ["metrics-meet-targets", "network-policies-enforced", "alert-rules-loaded"],
    /** SPIRE's own programs besides, and nothing in name only. */
    everything: checks(() => new Date())
        .map(({ name }) => name)
        .filter((name) => !ELSEWHERE.includes(name)),
} as const;

/**
 * Runs those checks on a stack that has been applied. Where EVIDENCE names a folder, a statement of it is added there for
 * `hardening report --evidence`, marked as a rehearsal.
 *
 * @returns the state of each check, and everything that was not proved
 */
export async function rehearse(
    cluster: Cluster,
    stack: StackName,
    objects: readonly KubernetesObject[],
    where: keyof typeof CHECKS,
): Promise<{ readonly states: Readonly<Record<string, string>>; readonly open: readonly string[] }> {
    const folder = process.env["EVIDENCE"] ?? "";
    const request = readStack(process.cwd(), stack);
    const recording = folder === "" ? undefined : new ClusterRecording("verify", request, folder);
    const results = await runChecks(cluster, stack, objects, CHECKS[where]);
    if (recording !== undefined) {
        const connection = readConnection({ kubeconfig: cluster.kubeconfig });
        const client = new ReadOnlyClient(connection);
        try {
            const seen = await clusterSeen(client, connection.name, true);
            const { registrations } = await previewProgram(request, () => undefined);
            recording.write({ at: new Date(), cluster: seen, registrations, results: verifyResults(results) });
        } finally {
            client.close();
        }
    }
    return {
        states: Object.fromEntries(results.map(({ check, status }) => [check.name, status])),
        open: results
            .flatMap(({ verdicts }) => verdicts.filter(({ status }) => status !== "proved"))
            .map(({ subject, message }) => `${subject}: ${message}`),
    };
}
