import type { Io } from "../io";
import { Progress, UsageError } from "../io";
import type { Arguments } from "../options";
import { announce, readSelection, SELECTION_OPTIONS } from "../selection";
import { ApiError, ReadOnlyClient } from "../sources/cluster/client";
import type { ClusterContent, ClusterRequest } from "../sources/cluster/cluster";
import { readCluster } from "../sources/cluster/cluster";
import { readConnection } from "../sources/cluster/kubeconfig";
import { ownerOf } from "../sources/cluster/owner";
import type { Command } from "./command";
import { finish, OUTPUT_OPTIONS, runOver } from "./output";

/** Judges what a cluster holds, by reading only. */
export const command: Command = {
    operands: "",
    options: {
        kubeconfig: {
            type: "string",
            value: "FILE",
            description: "default: $KUBECONFIG, ~/.kube/config or the pod's own account",
        },
        context: { type: "string", value: "NAME", description: "a context of the kubeconfig; default its current one" },
        namespace: {
            type: "string",
            short: "n",
            value: "NAME",
            description: "only this namespace; may be given several times",
            multiple: true,
        },
        "exclude-namespace": {
            type: "string",
            value: "NAME",
            description: "all but this namespace; may be given several times",
            multiple: true,
        },
        "exclude-resource": {
            type: "string",
            value: "PLURAL",
            description: "do not read these objects, e.g. secrets; may be given several times",
            multiple: true,
        },
        "page-size": { type: "string", value: "N", description: "objects asked for at a time, default 500" },
        ...SELECTION_OPTIONS,
        ...OUTPUT_OPTIONS,
    },
    notes: [
        "Reads every kind that the API server can list, page by page, with GET alone, and drops the values of Secrets on",
        "receipt. Pods and ReplicaSets that a controller made are judged by its template. The default profile is x0tta6bl4.",
    ],
    run: audit,
};

async function audit({ options, positionals }: Arguments, io: Io) {
    if (positionals.length > 0) {
        throw new UsageError([`audit takes no operand, found "${positionals.join(" ")}"`]);
    }
    const selection = readSelection(options, "x0tta6bl4");
    announce(selection, io);
    const kubeconfig = options.text("kubeconfig");
    const context = options.text("context");
    const connection = readConnection({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
    const source = `cluster ${connection.name}`;
    const startedAt = io.now();
    const start = io.clock();
    const content = await read(new ReadOnlyClient(connection), io, {
        source,
        namespaces: options.texts("namespace"),
        excludeNamespaces: options.texts("exclude-namespace"),
        excludeResources: options.texts("exclude-resource"),
        page: options.size("page-size"),
    });
    const run = runOver(
        {
            name: () => source,
            stacks: [content.resources],
            unread: content.failures,
            startedAt,
            start,
            ownerOf,
        },
        selection,
        options,
        io,
    );
    return finish(run, selection, options, io);
}

async function read(client: ReadOnlyClient, io: Io, request: ClusterRequest): Promise<ClusterContent> {
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
