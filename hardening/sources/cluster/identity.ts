import { readContent } from "../../../policies/engine/input";
import type { Read } from "../../../policies/engine/schema";
import { optional, partOf, text } from "../../../policies/engine/schema";
import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, obj, str } from "../../../policies/kubernetes/kube";
import { UsageError } from "../../io";
import type { HostRequest } from "../program/registration";
import type { ReadOnlyClient } from "./client";
import { ApiError } from "./client";
import type { ConnectionRequest } from "./kubeconfig";

/** What a stack says of the cluster that it belongs to: a context of the kubeconfig, and the UID of kube-system. */
const CLUSTER = partOf({ context: optional(text()), identity: optional(text()) });

/**
 * What a stack's settings say of its cluster, which is nothing where they don't speak of one.
 *
 * @throws InputError where they speak of one in a way that can't be read: a check that was asked for may not be left out
 */
export function clusterOf(request: HostRequest): Read<typeof CLUSTER> {
    return readContent(CLUSTER, clusterSettings(request), `${request.project}:cluster`);
}

/** The settings `cluster` of a stack as they are written; empty where they are no settings. */
export function clusterSettings({ project, config }: HostRequest): Body {
    return parsed(config[`${project}:cluster`]) ?? {};
}

function parsed(written: string | undefined): Body | undefined {
    try {
        const value: unknown = JSON.parse(written ?? "null");
        return isObj(value) ? value : undefined;
    } catch {
        // A plain text is another program's setting of this name, and no settings of a cluster.
        return undefined;
    }
}

/** How to reach the cluster of a stack: what is asked for by name, or the context that its settings name. */
export function connectionTo(asked: ConnectionRequest, request: HostRequest): ConnectionRequest {
    const { context } = clusterOf(request);
    return asked.context === undefined && context !== undefined ? { ...asked, context } : asked;
}

/**
 * Compares the cluster that is reached with the one that a stack belongs to; nothing where its settings name none.
 *
 * @param reached what messages call the cluster
 * @throws UsageError where it is another, or where that can't be told
 */
export async function refuseOtherCluster(
    client: Pick<ReadOnlyClient, "get">,
    request: HostRequest,
    reached: string,
): Promise<void> {
    const { identity } = clusterOf(request);
    if (identity === undefined) {
        return;
    }
    const meant = `stack ${request.stack} belongs to the cluster whose namespace kube-system has the UID ${identity} (${request.project}:cluster.identity)`;
    const found = await identityOf(client, `${meant}, but ${reached} can't be asked for its own`);
    if (found !== identity) {
        throw new UsageError([`${meant}, but in ${reached} it has ${found || "none"}; choose another context`]);
    }
}

/** What a cluster is known by: the UID of its namespace kube-system; empty where it shows none. @throws ApiError */
export async function clusterUid(client: { get(path: string): Promise<Body | undefined> }): Promise<string> {
    return str(obj((await client.get("/api/v1/namespaces/kube-system"))?.["metadata"])["uid"]);
}

/**
 * What tells a cluster from every other: the UID of its namespace kube-system; empty where it has none.
 *
 * @param untold what is said where it can't be asked
 * @throws UsageError then
 */
export async function identityOf(client: Pick<ReadOnlyClient, "get">, untold: string): Promise<string> {
    try {
        return await clusterUid(client);
    } catch (error) {
        if (error instanceof ApiError) {
            throw new UsageError([`${untold}: ${error.message}`]);
        }
        throw error;
    }
}
