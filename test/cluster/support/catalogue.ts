import assert from "node:assert/strict";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";

/** One kind of object in one version, as the API server serves it. */
export interface Resource {
    /** `apps`; empty for the core group. */
    readonly group: string;
    /** `apps/v1`, as objects write it. */
    readonly apiVersion: string;
    readonly kind: string;
    /** `deployments`. */
    readonly plural: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
}

/** The answer to aggregated discovery (apidiscovery.k8s.io/v2), as far as it is read here. */
interface Discovery {
    readonly items: readonly {
        readonly metadata: { readonly name?: string };
        readonly versions: readonly {
            readonly version: string;
            readonly resources?: readonly {
                readonly resource: string;
                readonly responseKind?: { readonly kind: string };
                readonly scope: string;
                readonly verbs: readonly string[];
            }[];
        }[];
    }[];
}

const AGGREGATED = { accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" };

/** What an API server serves at one moment. Two requests; custom resources come and go, so it is not kept for long. */
export class Catalogue {
    private constructor(private readonly resources: readonly Resource[]) {}

    static async of(cluster: Cluster): Promise<Catalogue> {
        const parts = await Promise.all(
            ["/api", "/apis"].map(async (path) => {
                const response = await cluster.request("GET", path, undefined, { headers: AGGREGATED });
                assert.equal(response.status, 200, response.text);
                return JSON.parse(response.text) as Discovery;
            }),
        );
        return new Catalogue(
            parts.flatMap(({ items }) =>
                items.flatMap(({ metadata: { name: group = "" }, versions }) =>
                    versions.flatMap(({ version, resources = [] }) =>
                        resources.map(({ resource, responseKind, scope, verbs }) => ({
                            group,
                            apiVersion: group === "" ? version : `${group}/${version}`,
                            kind: responseKind?.kind ?? "",
                            plural: resource,
                            namespaced: scope === "Namespaced",
                            verbs,
                        })),
                    ),
                ),
            ),
        );
    }

    serves({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): boolean {
        return this.find(apiVersion, kind) !== undefined;
    }

    /** Everything that can be listed, each resource in the version that the API server prefers. */
    listable(): readonly Resource[] {
        const preferred = new Map<string, Resource>();
        for (const resource of this.resources.filter(({ verbs }) => verbs.includes("list"))) {
            const name = `${resource.plural}.${resource.group}`;
            if (!preferred.has(name)) {
                preferred.set(name, resource);
            }
        }
        return [...preferred.values()];
    }

    /** Where an object is found; undefined where its kind is not served, and so no such object can be there. */
    path({ apiVersion, kind, metadata }: KubernetesObject): string | undefined {
        const resource = this.find(apiVersion, kind);
        return resource && `${collectionPath(resource, metadata.namespace)}/${metadata.name}`;
    }

    private find(apiVersion: string, kind: string): Resource | undefined {
        return this.resources.find((resource) => resource.apiVersion === apiVersion && resource.kind === kind);
    }
}

/** The path of all objects of a resource: in one namespace (`default` where none is named), or with `*` in all of them. */
export function collectionPath({ group, apiVersion, plural, namespaced }: Resource, namespace = "default"): string {
    const base = group === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
    return namespaced && namespace !== "*" ? `${base}/namespaces/${namespace}/${plural}` : `${base}/${plural}`;
}
