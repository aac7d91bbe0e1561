import { groupOf } from "../../../policies/kubernetes/carried";
import { MAKERS } from "../../../policies/kubernetes/kinds";
import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import { typeToken } from "../../../policies/kubernetes/resource";
import type { Failure } from "../../findings";
import { ApiError, type ReadOnlyClient } from "./client";

/** One kind of object that the API server can list. */
interface ApiResource {
    /** `/api/v1` or `/apis/apps/v1`. */
    readonly base: string;
    readonly apiVersion: string;
    readonly kind: string;
    /** Plural, as in paths. */
    readonly name: string;
    readonly namespaced: boolean;
}

/** What to read of a cluster. */
export interface ClusterRequest {
    /** What findings call the cluster. */
    readonly source: string;
    /** Only these namespaces, and no cluster-scoped objects but them; default: everything. */
    readonly namespaces?: readonly string[];
    readonly excludeNamespaces?: readonly string[];
    /** Plural names that are not read, e.g. `secrets`. */
    readonly excludeResources?: readonly string[];
    /** Objects of a list asked for at a time; default 500. */
    readonly page?: number;
    /** Told how many objects have been read so far. */
    readonly progress?: (objects: number) => void;
}

export interface ClusterContent {
    readonly resources: readonly Resource[];
    readonly failures: readonly Failure[];
}

/** What kubectl asks for at a time too. */
const PAGE = 500;
/** Lists asked for at the same time. */
const PARALLEL = 4;

/** Records of what happened, locks and copies of other objects: nothing that a control could judge. */
const SKIPPED = new Set([
    "bindings",
    "componentstatuses",
    "controllerrevisions",
    "events",
    "leases",
    "leasecandidates",
    "policyreports",
    "clusterpolicyreports",
]);
/** The same things that other lists hold already. */
const SKIPPED_GROUPS = /^(?:metrics\.k8s\.io|custom\.metrics\.k8s\.io|external\.metrics\.k8s\.io)$/;

/**
 * Reads the objects of a cluster: every kind that discovery names and the server can list, page by page. What can't be
 * listed becomes a failure, and the rest is still read. Values of Secrets are dropped on receipt.
 *
 * @throws ApiError where not even discovery answers.
 */
export async function readCluster(client: ReadOnlyClient, request: ClusterRequest): Promise<ClusterContent> {
    const resources: Resource[] = [];
    const failures: Failure[] = [];
    const kinds = await discover(client, request, failures);
    const queue = kinds.flatMap((kind) => pathsOf(kind, request).map((path) => ({ kind, path })));
    // Results keep the order of the kinds, whichever list is done first.
    const found: (readonly Resource[])[] = queue.map(() => []);
    let next = 0;
    let objects = 0;
    const worker = async (): Promise<void> => {
        for (let index = next++; index < queue.length; index = next++) {
            const { kind, path } = queue[index] as (typeof queue)[number];
            try {
                found[index] = await listAll(client, kind, path, request, (count) =>
                    request.progress?.((objects += count)),
                );
            } catch (error) {
                const failure = failureOf(request.source, `can't list ${kind.name}`, error);
                failures.push({ ...failure, unread: { group: groupOf({ ...kind }), kind: kind.kind } });
            }
        }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    found.forEach((batch) => resources.push(...batch));
    return { resources, failures };
}

function failureOf(source: string, what: string, error: unknown): Failure {
    if (!(error instanceof ApiError)) {
        throw error;
    }
    return { source, message: `${what}: ${error.message}`, cause: "input" };
}

async function discover(
    client: ReadOnlyClient,
    request: ClusterRequest,
    failures: Failure[],
): Promise<readonly ApiResource[]> {
    const groups = list((await client.get("/apis"))["groups"]).filter(isObj);
    const versions = groups
        .filter((group) => !SKIPPED_GROUPS.test(str(group["name"])))
        .map((group) => str(obj(group["preferredVersion"])["groupVersion"]))
        .filter((version) => version !== "");
    const bases = [
        { base: "/api/v1", apiVersion: "v1" },
        ...versions.map((apiVersion) => ({ base: `/apis/${apiVersion}`, apiVersion })),
    ];
    const found = await Promise.all(
        bases.map(async ({ base, apiVersion }) => {
            try {
                return resourcesOf(await client.get(base), base, apiVersion);
            } catch (error) {
                failures.push(failureOf(request.source, `can't discover ${apiVersion}`, error));
                return [];
            }
        }),
    );
    const excluded = new Set([...SKIPPED, ...(request.excludeResources ?? [])]);
    return found.flat().filter(({ name }) => !excluded.has(name));
}

function resourcesOf(body: Body, base: string, apiVersion: string): readonly ApiResource[] {
    return list(body["resources"])
        .filter(isObj)
        .filter((item) => !str(item["name"]).includes("/") && strings(item["verbs"]).includes("list"))
        .map((item) => ({
            base,
            apiVersion,
            kind: str(item["kind"]),
            name: str(item["name"]),
            namespaced: item["namespaced"] === true,
        }));
}

function pathsOf(kind: ApiResource, { namespaces = [] }: ClusterRequest): readonly string[] {
    if (namespaces.length === 0) {
        return [`${kind.base}/${kind.name}`];
    }
    if (kind.namespaced) {
        return namespaces.map((namespace) => `${kind.base}/namespaces/${encodeURIComponent(namespace)}/${kind.name}`);
    }
    return kind.kind === "Namespace" && kind.apiVersion === "v1" ? [`${kind.base}/${kind.name}`] : [];
}

/** All pages of a list. A list that changed so much that its continuation is gone (410) is read from the start, once. */
async function listAll(
    client: ReadOnlyClient,
    kind: ApiResource,
    path: string,
    request: ClusterRequest,
    progress: (count: number) => void,
    mayRestart = true,
): Promise<readonly Resource[]> {
    const resources: Resource[] = [];
    let token = "";
    do {
        let page: Body;
        try {
            page = await client.get(
                `${path}?limit=${request.page ?? PAGE}${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`,
            );
        } catch (error) {
            if (error instanceof ApiError && error.status === 410 && mayRestart) {
                return await listAll(client, kind, path, request, progress, false);
            }
            throw error;
        }
        const items = list(page["items"]).filter(isObj);
        progress(items.length);
        resources.push(
            ...items
                .filter((item) => wanted(item, kind, request))
                .map((item) => resourceOf(item, kind, request.source)),
        );
        token = str(obj(page["metadata"])["continue"]);
    } while (token !== "");
    return resources;
}

function wanted(item: Body, kind: ApiResource, { namespaces = [], excludeNamespaces = [] }: ClusterRequest): boolean {
    const metadata = obj(item["metadata"]);
    const namespace = kind.kind === "Namespace" ? str(metadata["name"]) : str(metadata["namespace"]);
    const outside = kind.kind === "Namespace" && namespaces.length > 0 && !namespaces.includes(namespace);
    return !outside && !(namespace !== "" && excludeNamespaces.includes(namespace)) && !madeByCarrier(metadata);
}

/** Made by a controller of the API itself, whose own template is judged. A pod that a node's file made has the Node as owner and is kept. */
function madeByCarrier(metadata: Body): boolean {
    return list(metadata["ownerReferences"])
        .filter(isObj)
        .some((owner) => owner["controller"] === true && MAKERS.has(str(owner["kind"])));
}

/** kubectl keeps a copy of what was applied, values and all, in this annotation. */
const APPLIED_COPY = "kubectl.kubernetes.io/last-applied-configuration";

function resourceOf(item: Body, kind: ApiResource, source: string): Resource {
    const metadata = without(obj(item["metadata"]), "managedFields");
    // Items of a list leave out what the list says once.
    const body = { ...item, apiVersion: kind.apiVersion, kind: kind.kind, metadata };
    const props = kind.kind === "Secret" && kind.apiVersion === "v1" ? withoutValues(body, metadata) : body;
    // Whatever a controller applies is in the cluster as well.
    return { source, document: 0, type: typeToken(kind.apiVersion, kind.kind), props, shown: true };
}

function withoutValues(secret: Body, metadata: Body): Body {
    const data = Object.fromEntries(Object.keys(obj(secret["data"])).map((key) => [key, ""]));
    const annotations = without(obj(metadata["annotations"]), APPLIED_COPY);
    return { ...secret, data, metadata: { ...metadata, annotations } };
}

function without(body: Body, field: string): Body {
    return Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
}
