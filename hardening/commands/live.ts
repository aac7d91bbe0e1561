import type { Io } from "../io";
import { Progress } from "../io";
import type { ReadOnlyClient } from "../sources/cluster/client";
import { ApiError } from "../sources/cluster/client";
import type { ClusterContent, ClusterRequest } from "../sources/cluster/cluster";
import { readCluster } from "../sources/cluster/cluster";

/** What a live cluster holds; where not even discovery answers, one failure that says so. Closes the client. */
export async function readLive(client: ReadOnlyClient, io: Io, request: ClusterRequest): Promise<ClusterContent> {
    const progress = new Progress(io, "objects read");
    try {
        return await readCluster(client, { ...request, progress: (objects) => progress.report(objects) });
    } catch (error) {
        if (error instanceof ApiError) {
            return { resources: [], failures: [{ source: request.source, message: error.message, cause: "input" }] };
        }
        throw error;
    } finally {
        progress.done();
        client.close();
    }
}
