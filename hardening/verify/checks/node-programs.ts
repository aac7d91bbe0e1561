import { obj } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved } from "../check";
import type { Workload } from "../expected";
import { isReady, nameOf, selects } from "../expected";
import type { Live } from "../live";
import { liveWorkload } from "../live";

/** The SPIRE agent, the CSI driver and Falco guard only the nodes that they run on. */
export const nodeProgramsOnEveryNode: Check = {
    name: "node-programs-on-every-node",
    title: "Agents, the CSI driver and Falco run on every node",
    covers: ["ZT-5", "CTR-5"],
    remedy: "Add the toleration for the node's taint to the component's settings, or see why the pod there is not ready.",
    async run(expected, live) {
        const daemons = expected.workloads().filter(({ kind }) => kind === "DaemonSet");
        const nodes = (await live.objects("/api/v1", "nodes")).map(nameOf);
        const verdicts: Verdict[] = [];
        for (const daemon of daemons) {
            const covered = await nodesWith(daemon, live);
            const missing = nodes.filter((node) => !covered.has(node));
            const subject = `DaemonSet ${daemon.namespace}/${daemon.name}`;
            verdicts.push(
                missing.length === 0 && nodes.length > 0
                    ? proved(subject, `a ready pod on each of ${nodes.length} nodes`)
                    : failed(subject, `no ready pod on ${missing.length > 0 ? missing.sort().join(", ") : "any node"}`),
            );
        }
        return verdicts;
    },
};

/** A stack's own deployments answer: as many ready pods as wanted, of the newest generation. */
export const workloadsReady: Check = {
    name: "workloads-ready",
    title: "Every Deployment and StatefulSet has its pods ready",
    covers: ["ZT-4", "SEC-3", "PRE-1"],
    remedy: "kubectl describe the workload and its pods; their events name what is missing.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        for (const workload of expected.workloads().filter(({ kind }) => kind !== "DaemonSet")) {
            const found = await liveWorkload(workload, live);
            const subject = `${workload.kind} ${workload.namespace}/${workload.name}`;
            if (found === undefined) {
                verdicts.push(failed(subject, "is not there"));
                continue;
            }
            const status = obj(found["status"]);
            const wanted = Number(obj(found["spec"])["replicas"] ?? 1);
            const ready = Number(status["readyReplicas"] ?? 0);
            const current = status["observedGeneration"] === obj(found["metadata"])["generation"];
            verdicts.push(
                current && wanted > 0 && ready >= wanted
                    ? proved(subject, `${ready} of ${wanted} pods ready`)
                    : failed(
                          subject,
                          `${ready} of ${wanted} pods ready${current ? "" : ", its newest version is not rolled out"}`,
                      ),
            );
        }
        return verdicts;
    },
};

async function nodesWith(daemon: Workload, live: Live): Promise<Set<unknown>> {
    const pods = await live.objects("/api/v1", "pods", daemon.namespace);
    return new Set(
        pods.filter((pod) => selects(daemon.selector, pod) && isReady(pod)).map((pod) => obj(pod["spec"])["nodeName"]),
    );
}

/** ClusterSPIFFEIDs tell how many pods they select, and whether the server took their entries. */
export const identitiesIssued: Check = {
    name: "identities-issued",
    title: "Every ClusterSPIFFEID selects pods, and the server took its entries",
    covers: ["ZT-1", "ZT-7"],
    remedy: "See the log of spire-controller-manager; a ClusterSPIFFEID that selects no pod names the wrong labels.",
    async run(expected, live) {
        const identities = expected.ofKind("ClusterSPIFFEID");
        if (identities.length === 0) {
            return [];
        }
        const found = await live.objects("/apis/spire.spiffe.io/v1alpha1", "clusterspiffeids");
        return identities.map((identity) => {
            const subject = `ClusterSPIFFEID ${nameOf(identity)}`;
            const match = found.find((object) => nameOf(object) === nameOf(identity));
            const stats = obj(obj(match?.["status"])["stats"]);
            const selected = Number(stats["podsSelected"] ?? 0);
            const failures = Number(stats["entryFailures"] ?? 0) + Number(stats["podEntryRenderFailures"] ?? 0);
            if (match === undefined) {
                return failed(subject, "is not there");
            }
            return selected > 0 && failures === 0
                ? proved(subject, `${selected} pods have an entry`)
                : failed(subject, `selects ${selected} pods, and ${failures} entries were refused`);
        });
    },
};
