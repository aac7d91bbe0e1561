import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { Catalogue } from "./catalogue";
import { listMetadata, namespacesSettled, read } from "./objects";
import { describeObject } from "./stack";

/** What comes and goes by itself and says nothing about what a stack left behind. */
const PASSING = new Set(["events", "events.events.k8s.io", "leases.coordination.k8s.io", "componentstatuses"]);

/** Every object in the cluster, as `resource namespace/name`. */
export async function inventory(cluster: Cluster): Promise<string[]> {
    await namespacesSettled(cluster);
    const resources = (await Catalogue.of(cluster))
        .listable()
        .filter(({ plural, group }) => !PASSING.has(group === "" ? plural : `${plural}.${group}`));
    const found = await Promise.all(
        resources.map(async (resource) => {
            const items = await listMetadata(cluster, resource);
            return items.map(({ metadata }) => {
                const name =
                    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
                return `${resource.plural}.${resource.group} ${name}`;
            });
        }),
    );
    return found.flat().sort();
}

/** The parts of live objects that only a change of what is wanted can alter. Objects that are not there are left out. */
export async function desiredState(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
): Promise<Map<string, string>> {
    const answers = await Promise.all(objects.map(async (object) => read(cluster, object)));
    const live = answers.filter((object) => object !== undefined);
    const scaled = new Set(objects.filter(leavesScaleOpen).map(describeObject));
    return new Map(
        live.map((object) => {
            const open = scaled.has(describeObject(object));
            const spec = Object.entries(object["spec"] ?? {}).filter(([field]) => !open || field !== "replicas");
            const wanted = Object.entries(object).filter(([field]) => !["status", "metadata", "spec"].includes(field));
            const metadata = Object.entries(object.metadata).filter(
                ([field]) =>
                    field !== "resourceVersion" && field !== "managedFields" && !(open && field === "generation"),
            );
            return [describeObject(object), JSON.stringify([metadata, wanted, spec])];
        }),
    );
}

/** An autoscaler decides how many pods there are, whenever it likes. */
function leavesScaleOpen({ kind, spec }: KubernetesObject): boolean {
    return kind === "Deployment" && (spec as { replicas?: number } | undefined)?.replicas === undefined;
}
