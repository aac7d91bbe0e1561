import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { Catalogue, type Resource, collectionPath } from "./catalogue";
import { until } from "./until";

/** What the API server said to one request. */
export interface Answer {
    readonly accepted: boolean;
    /** Why it refused; empty where it accepted. */
    readonly message: string;
    /** What it warned of, a line each. */
    readonly warnings: string;
}

export interface Asking {
    /** Judges the object as it would be judged, and keeps nothing. */
    readonly dryRun?: boolean;
    /** Acts as this user, with the groups given. */
    readonly as?: string;
    readonly groups?: readonly string[];
}

/** What one request in many needs: the catalogue is asked for only where the kind is not among its resources. */
const catalogues = new WeakMap<Cluster, Promise<Catalogue>>();

async function pathOf(cluster: Cluster, object: KubernetesObject): Promise<string> {
    const known = (await catalogues.get(cluster))?.path(object);
    if (known !== undefined) {
        return known;
    }
    const asked = Catalogue.of(cluster);
    catalogues.set(cluster, asked);
    const path = (await asked).path(object);
    if (path === undefined) {
        throw new Error(`the API server serves no ${object.kind} of ${object.apiVersion}`);
    }
    return path;
}

/** Creates an object, or asks whether it might be created; with strict field validation, as kubectl would. */
export async function create(cluster: Cluster, object: KubernetesObject, asking: Asking = {}): Promise<Answer> {
    const path = await pathOf(cluster, object);
    return send(cluster, "POST", path.slice(0, path.lastIndexOf("/")), object, asking);
}

/** Applies one object on the server's side, as the field manager that the rest of the tests apply as. */
export async function apply(cluster: Cluster, object: KubernetesObject, asking: Asking = {}): Promise<Answer> {
    return send(cluster, "PATCH", await pathOf(cluster, object), object, asking);
}

/** Puts an object in place of the one that is there, as it is there now. */
export async function replace(cluster: Cluster, object: KubernetesObject, asking: Asking = {}): Promise<Answer> {
    const { resourceVersion } = (await read(cluster, object))?.metadata as { resourceVersion?: string };
    const current = { ...object, metadata: { ...object.metadata, resourceVersion } };
    return send(cluster, "PUT", await pathOf(cluster, object), current, asking);
}

async function send(
    cluster: Cluster,
    method: "POST" | "PATCH" | "PUT",
    path: string,
    object: KubernetesObject,
    { dryRun = false, as, groups }: Asking,
): Promise<Answer> {
    const query = `fieldManager=test&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
    const response = await cluster.request(method, `${path}?${query}`, object, {
        ...(method === "PATCH" && { type: "application/apply-patch+yaml" }),
        headers: {
            ...(as !== undefined && { "impersonate-user": as }),
            ...(groups !== undefined && { "impersonate-group": groups }),
        },
    });
    const accepted = response.status >= 200 && response.status < 300;
    const message = accepted ? "" : (JSON.parse(response.text) as { message: string }).message;
    return { accepted, message, warnings: response.warnings };
}

/** An object as it is now; undefined where it is not there. */
export async function read(cluster: Cluster, object: KubernetesObject): Promise<KubernetesObject | undefined> {
    const response = await cluster.request("GET", await pathOf(cluster, object));
    if (response.status !== 200 && response.status !== 404) {
        throw new Error(`${object.kind} ${object.metadata.name} can't be read: ${response.text}`);
    }
    return response.status === 200 ? (JSON.parse(response.text) as KubernetesObject) : undefined;
}

/** Every object of a resource in all namespaces, with its metadata only. */
export async function listMetadata(cluster: Cluster, resource: Resource): Promise<readonly KubernetesObject[]> {
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    const path = collectionPath(resource, "*");
    const response = await cluster.request("GET", path, undefined, { headers: { accept } });
    if (response.status !== 200) {
        throw new Error(`${path} can't be listed: ${response.text}`);
    }
    // An empty list of some resources is null.
    return (JSON.parse(response.text) as { items: readonly KubernetesObject[] | null }).items ?? [];
}

/** Deletes all objects of one collection, such as those of a resource in a namespace: one request, however many there are. */
export async function removeAll(cluster: Cluster, path: string): Promise<void> {
    const response = await cluster.request("DELETE", path);
    if (response.status !== 200) {
        throw new Error(`${path} can't be emptied: ${response.text}`);
    }
}

/**
 * Deletes objects side by side, and waits until they are gone. What is not there is gone already.
 *
 * @param how `Foreground`: an object goes after what it owns; `wait: false` leaves the rest to the cluster
 * @throws Error after 90 s, naming what is still there and what its namespace waits for
 */
export async function remove(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
    how: { readonly propagation?: "Background" | "Foreground"; readonly wait?: boolean } = {},
): Promise<void> {
    if (objects.length === 0) {
        return;
    }
    const catalogue = await Catalogue.of(cluster);
    let left = objects.flatMap((object) => catalogue.path(object) ?? []);
    const options = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: how.propagation ?? "Background" };
    await Promise.all(
        left.map(async (path) => {
            const response = await cluster.request("DELETE", path, options);
            if (![200, 202, 404].includes(response.status)) {
                throw new Error(`${path} can't be deleted: ${response.text}`);
            }
        }),
    );
    if (how.wait === false) {
        return;
    }
    await until(
        "everything deleted is gone",
        async () => {
            const answers = await Promise.all(left.map(async (path) => ({ path, ...(await get(cluster, path)) })));
            const there = answers.filter(({ status }) => status !== 404);
            left = there.map(({ path }) => path);
            return (
                left.length === 0 ||
                there.map(({ path, text }) => `${path}${reasons(JSON.parse(text) as Removed)}`).join("; ")
            );
        },
        { seconds: 90 },
    );
}

/** Waits until no namespace is being removed any more, as earlier suites may have left some. */
export async function namespacesSettled(cluster: Cluster): Promise<void> {
    await until(
        "no namespace is being removed",
        async () => {
            const { text } = await get(cluster, "/api/v1/namespaces");
            const { items } = JSON.parse(text) as {
                items: (KubernetesObject & Removed & { status: { phase: string } })[];
            };
            const left = items.filter(({ status }) => status.phase === "Terminating");
            return left.length === 0 || left.map((one) => `${one.metadata.name}${reasons(one)}`).join("; ");
        },
        { seconds: 90 },
    );
}

async function get(cluster: Cluster, path: string): Promise<{ status: number; text: string }> {
    const { status, text } = await cluster.request("GET", path);
    return { status, text };
}

/** What an object says of itself while it is being removed. */
interface Removed {
    readonly status?: { readonly conditions?: readonly { readonly status: string; readonly message?: string }[] };
}

/** What a namespace that is being removed says it waits for. */
function reasons({ status }: Removed): string {
    const messages = (status?.conditions ?? []).filter((one) => one.status === "True").map((one) => one.message ?? "");
    return messages.length === 0 ? "" : ` (${messages.join(", ")})`;
}
