import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { describeObject } from "./stack";

/** What comes and goes by itself and says nothing about what a stack left behind. */
const PASSING = new Set(["events", "events.events.k8s.io", "leases.coordination.k8s.io", "componentstatuses"]);

/** Every object in the cluster, as `resource namespace/name`. */
export async function inventory(cluster: Cluster): Promise<string[]> {
    const names = (await cluster.kubectl.run(["api-resources", "--verbs=list", "-o", "name"])).trim().split("\n");
    const resources = names.filter((name) => !PASSING.has(name) && !name.endsWith(".metrics.k8s.io"));
    const template = `{range .items[*]}{.kind}.{.apiVersion} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}`;
    const text = await cluster.kubectl.run(["get", resources.join(","), "-A", "-o", `jsonpath=${template}`]);
    return [...new Set(text.trim().split("\n"))].sort();
}

/** The parts of live objects that only a change of what is wanted can alter. */
export async function desiredState(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
): Promise<Map<string, string>> {
    const items = objects.map(({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        metadata: { name: metadata.name, namespace: metadata.namespace },
    }));
    const text = await cluster.kubectl.run(["get", "-f", "-", "-o", "json"], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    });
    const live = (JSON.parse(text) as { items: KubernetesObject[] }).items;
    const scaled = new Set(objects.filter(leavesScaleOpen).map(describeObject));
    return new Map(
        live.map((object) => {
            const open = scaled.has(describeObject(object));
            const spec = Object.entries((object["spec"] ?? {}) as object).filter(
                ([field]) => !open || field !== "replicas",
            );
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
