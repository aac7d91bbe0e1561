import assert from "node:assert/strict";
import { join } from "node:path";

import { findBinary } from "../../support/binary";
import { binaries } from "../harness/binaries";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME, SERVICE_RANGE } from "../harness/control-plane";
import { messageOf } from "../harness/errors";
import type { KubernetesObject } from "../harness/kubectl";
import { onNode, type Node } from "../harness/node";
import { create, remove } from "./objects";

/** What needs the engine is skipped where its build takes longer. */
const BUILD_SECONDS = 30 * 60;

/** The engine's program, if there is one on PATH; without one it is built. */
export const kubeRouter = findBinary("kube-router");

const program = async (): Promise<string> =>
    kubeRouter ?? (await binaries(["kube-router"], BUILD_SECONDS))["kube-router"];

/** The programs that it works with. */
const PROGRAMS = ["iptables", "iptables-restore", "ipset", "ip"];

/** Has its program built, unless it is already. @returns why it can't run here; empty if it can */
export async function lackForKubeRouter(): Promise<string> {
    const absent = PROGRAMS.filter((name) => findBinary(name) === undefined);
    if (absent.length > 0) {
        return `${absent.join(", ")} not on PATH`;
    }
    try {
        await program();
        return "";
    } catch (error) {
        return messageOf(error);
    }
}

/** Syncs at every change; the period is what repairs a change that somebody else has made. */
const CONFIGURATION = [
    ...["--run-firewall=true", "--run-router=false", "--run-service-proxy=false", "--run-loadbalancer=false"],
    ...["--enable-ipv6=false", `--hostname-override=${NODE_NAME}`, `--service-cluster-ip-range=${SERVICE_RANGE}`],
    ...["--health-addr=127.0.0.1", "--metrics-addr=127.0.0.1", "--iptables-sync-period=1m"],
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
    const command = await program();
    const { accepted, message } = await create(cluster, DNS);
    assert.ok(accepted, message);
    const status = { status: { phase: "Running", podIP: NODE_ADDRESS, podIPs: [{ ip: NODE_ADDRESS }] } };
    const path = "/api/v1/namespaces/kube-system/pods/coredns/status";
    const patched = await cluster.request("PATCH", path, status, { type: "application/merge-patch+json" });
    assert.equal(patched.status, 200, patched.text);
    const cleanUp = async (): Promise<void> => {
        // The engine's own clean-up takes the services of a proxy with it. Nobody else here has rules in this table, or sets.
        await onNode(node, "iptables", "--flush");
        await onNode(node, "iptables", "--delete-chain");
        await onNode(node, "ipset", "destroy");
        await remove(cluster, [DNS]);
    };
    try {
        const running = await cluster.startProgram(
            {
                name: "kube-router",
                command,
                args: [`--kubeconfig=${cluster.kubeconfig}`, ...CONFIGURATION],
                logFile: join(node.folder, "logs", "kube-router.log"),
                ready: async () => (await onNode(node, "iptables", "--list-rules")).includes("KUBE-ROUTER"),
                timeoutSeconds: 60,
            },
            "node",
        );
        return async () => {
            await running.stop();
            await cleanUp();
        };
    } catch (error) {
        await cleanUp();
        throw error;
    }
}
