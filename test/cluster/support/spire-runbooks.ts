import assert from "node:assert/strict";

import type { Cluster } from "../harness/cluster";
import { run } from "../harness/exec";
import { commandsOf, filledIn } from "./runbooks";
import { spireServer } from "./spire-server";
import { until } from "./until";

/** In this order: what ends the agent's life comes last. */
const RUNBOOKS = [
    "spire-ca-rotation.md",
    "lost-trust-domain.md",
    "spire-server.md",
    "spire-agent.md",
    "certificate-expiry.md",
    "agent-eviction.md",
];

/**
 * What these runbooks hold besides: deployments, an upstream authority and a federation that this stack has not, the loss and
 * the drain of the only node, what a pod said before it was restarted, which none was, the ban that the last runbook does, and
 * what needs no SPIRE and is run without one, as on Falco's relay.
 */
const NOT_HERE =
    /pulumi|hardening|upstreamauthority|federation|openssl|annotate|externalsecret|kubectl (?:cordon|drain|taint)|--previous|falcosidekick|^POD=.* agent ban/;

/** The authorities of a rotation. */
export interface Rotation {
    /** The one that signed before. */
    readonly old: string | undefined;
    /** The one that the runbook prepared. */
    readonly prepared: string | undefined;
}

/**
 * Runs every command of SPIRE's runbooks that this cluster has the parts for, as a person would, one after the other. The
 * first that fails ends it, with what SPIRE's pods say.
 */
export async function followRunbooks(cluster: Cluster): Promise<Rotation> {
    const { kubectl } = cluster;
    const one = async (...args: readonly string[]): Promise<string> =>
        kubectl.run(["get", ...args, "-o", "jsonpath={.items[0].metadata.name}"]);
    const node = await one("nodes");
    const uid = await kubectl.run(["get", "node", node, "-o", "jsonpath={.metadata.uid}"]);
    const values: Record<string, string> = {
        node,
        NODE: node,
        SPIFFE_ID: `spiffe://staging.x0tta6bl4.io/spire/agent/k8s_psat/staging/${uid}`,
    };
    const functions: string[] = [];
    for (const { file, line } of RUNBOOKS.flatMap(commandsOf).filter((command) => !NOT_HERE.test(command.line))) {
        if (line.startsWith("spire() ")) {
            functions.push(line);
            continue;
        }
        values["pod"] = await one("pods", "-n", "spire", "-l", "app.kubernetes.io/name=spire-agent");
        const script = ["-euo", "pipefail", "-c", [...functions, filledIn(line, values)].join("\n")];
        const { code, stdout, stderr } = await run("timeout", ["110", "bash", ...script], { env: kubectl.env });
        if (code !== 0) {
            assert.fail(`${file}: ${line}\nended with ${code}\n${stdout}${stderr}${await state(cluster)}`);
        }
        if (line.endsWith("x509 show")) {
            values["old"] ??= /Active[\s\S]*?Authority ID: (\w+)/.exec(stdout)?.[1] ?? "";
        }
        if (line.endsWith("x509 prepare")) {
            values["new"] = /Authority ID: (\w+)/.exec(stdout)?.[1] ?? "";
        }
        if (line.includes("rollout status daemonset")) {
            await until("the new agent is attested", async () => {
                const list = await spireServer(cluster, "agent", "list");
                return list.includes("Found 1 attested agent") || list;
            });
        }
    }
    return { old: values["old"], prepared: values["new"] };
}

/** What SPIRE's pods and agents say, for the message. */
async function state({ kubectl }: Cluster): Promise<string> {
    const pods = await kubectl.try(["get", "pods,events", "-n", "spire"]);
    const agents = ["-n", "spire", "-l", "app.kubernetes.io/name=spire-agent", "--tail=20"];
    return pods.stdout + (await kubectl.try(["logs", ...agents])).stdout;
}
