import type { Cluster } from "../harness/cluster";

/** Runs the server's own command line in its pod. */
export async function spireServer(cluster: Cluster, ...args: readonly string[]): Promise<string> {
    const exec = ["exec", "spire-server-0", "-n", "spire", "-c", "spire-server", "--", "/opt/spire/bin/spire-server"];
    return cluster.kubectl.run([...exec, ...args]);
}

/** The X.509 authority that the server signs with. */
export async function activeAuthority(cluster: Cluster): Promise<string> {
    const shown = await spireServer(cluster, "localauthority", "x509", "show", "-output", "json");
    return (JSON.parse(shown) as { active: { authority_id: string } }).active.authority_id;
}
