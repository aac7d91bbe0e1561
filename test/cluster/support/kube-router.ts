import assert from "node:assert/strict";
import { join } from "node:path";

import { findBinary } from "../../support/binary";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME, SERVICE_RANGE } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode, type Node } from "../harness/node";
import { create, remove } from "./objects";

/** The engine's program, if there is one on PATH; no registry has it. */
export const kubeRouter = findBinary("kube-router");

const CONFIGURATION = [
    ...["--run-firewall=true", "--run-router=false", "--run-service-proxy=false", "--use-nftables-for-netpol=true"],
    ...["--enable-ipv6=false", `--hostname-override=${NODE_NAME}`, `--service-cluster-ip-range=${SERVICE_RANGE}`],
    ...["--health-addr=127.0.0.1", "--metrics-addr=127.0.0.1", "--iptables-sync-period=5s"],
];

/** Stands for the cluster's DNS among the pods: here it runs beside them, at the node's address. */
const DNS: KubernetesObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    spec: { schedulerName: "nobody", containers: [{ name: "coredns", image: "localhost/coredns:1" }] },
};

/**
 * Has kube-router enforce the NetworkPolicies on the real node, and nothing else of what it can do.
 *
 * @returns what ends it, with everything that it set
 */
export async function startKubeRouter(cluster: Cluster, node: Node): Promise<() => Promise<void>> {
    assert.ok(kubeRouter !== undefined);
    const { accepted, message } = await create(cluster, DNS);
    assert.ok(accepted, message);
    const status = { status: { phase: "Running", podIP: NODE_ADDRESS, podIPs: [{ ip: NODE_ADDRESS }] } };
    const path = "/api/v1/namespaces/kube-system/pods/coredns/status";
    const patched = await cluster.request("PATCH", path, status, { type: "application/merge-patch+json" });
    assert.equal(patched.status, 200, patched.text);
    const cleanUp = async (): Promise<void> => {
        // The engine's own clean-up knows the tables of iptables only.
        const tables = (await onNode(node, "nft", "list", "tables")).matchAll(/^table (\S+) (\S*kube-router\S*)$/gm);
        for (const [, family = "", table = ""] of tables) {
            await onNode(node, "nft", "delete", "table", family, table);
        }
        await remove(cluster, [DNS]);
    };
    try {
        const program = await cluster.startProgram(
            {
                name: "kube-router",
                command: kubeRouter,
                args: [`--kubeconfig=${cluster.kubeconfig}`, ...CONFIGURATION],
                logFile: join(node.folder, "logs", "kube-router.log"),
                ready: async () => (await onNode(node, "nft", "list", "ruleset")).includes("kube-router"),
                timeoutSeconds: 60,
            },
            "node",
        );
        return async () => {
            await program.stop();
            await cleanUp();
        };
    } catch (error) {
        await cleanUp();
        throw error;
    }
}
