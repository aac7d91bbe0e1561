import { componentsOf, EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { describe, kubeObjects } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { defineCommand } from "../cli/command";
import { FINDING_FORMATS } from "../formats";
import type { Io } from "../io";
import { Progress } from "../io";
import { runStack, stackWaivers } from "../preview/stacks";
import { announce, readSelection, selectionOptions } from "../selection";
import { ApiError, ReadOnlyClient } from "../sources/cluster/client";
import type { ClusterContent, ClusterRequest } from "../sources/cluster/cluster";
import { readCluster } from "../sources/cluster/cluster";
import { connectionTo, refuseOtherCluster } from "../sources/cluster/identity";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
import { ownerOf } from "../sources/cluster/owner";
import type { HostRequest } from "../sources/program/registration";
import type { Read } from "./judge";
import { judge, startOf } from "./judge";
import { VIEW_OPTIONS, viewOf } from "./view";

/** Judges what a cluster holds, by reading only. */
export const command = defineCommand({
    stacks: "maybe",
    options: {
        ...CONNECTION_OPTIONS,
        namespace: { type: "text", short: "n", value: "NAME", description: "only this namespace", multiple: true },
        "exclude-namespace": { type: "text", value: "NAME", description: "all but this namespace", multiple: true },
        "exclude-resource": {
            type: "text",
            value: "PLURAL",
            description: "do not read these objects, e.g. secrets",
            multiple: true,
        },
        "page-size": { type: "count", value: "N", description: "objects asked for at a time, default 500" },
        ...selectionOptions("x0tta6bl4"),
        ...VIEW_OPTIONS,
    },
    formats: FINDING_FORMATS,
    notes: [
        "Reads every kind that the API server can list, page by page, with GET alone, and drops the values of Secrets on",
        "receipt. Pods and ReplicaSets that a controller made are judged by its template. With --stack, the stack's waivers",
        "apply, and what its components need excepted.",
    ],
    run: async ({ options, stacks: [request], words, output, project, io }) => {
        const view = viewOf(options, output.format, words);
        const given = readSelection(options, project);
        const selection =
            request === undefined ? given : { ...given, waivers: [...given.waivers, ...stackWaivers(request)] };
        announce(selection, io);
        const connection = readConnection(request === undefined ? options : connectionTo(options, request));
        const source = `cluster ${connection.name}`;
        const start = startOf(io);
        const client = new ReadOnlyClient(connection);
        if (request !== undefined) {
            await refuseOtherCluster(client, request, source);
        }
        const { resources, failures } = await read(client, io, {
            source,
            namespaces: options.namespace,
            excludeNamespaces: options["exclude-namespace"],
            excludeResources: options["exclude-resource"],
            page: options["page-size"],
        });
        const stacks = one(resources, { subject: source, failures });
        const exceptions = request === undefined ? undefined : await exceptionsOf(request, io);
        return judge({ stacks, selection, exceptions, start, view, output, io, ownerOf });
    },
});

/** What the components of a stack need excepted, told by what its program makes: what runs in a cluster has no URN. */
async function exceptionsOf(request: HostRequest, io: Io): Promise<ExceptionBook> {
    const { resources } = await runStack(request, io);
    const made = resources
        .flatMap(kubeObjects)
        .map((object) => [describe(object), componentsOf(object.resource.urn ?? "")] as const);
    return new ExceptionBook(EXCEPTIONS, new Map(made));
}

function* one(resources: readonly Resource[], came: Read): Generator<readonly Resource[], Read, undefined> {
    yield resources;
    return came;
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
