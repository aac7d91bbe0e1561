import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { podOf } from "../../kubernetes/pods";
import { pluginOf, spireConfigs } from "./spire";

/** Says whether a pod mounts a ConfigMap, by a volume of its own or a projected one. */
function mounts(pod: PodView, configMap: string): boolean {
    return list(pod.spec["volumes"])
        .map(obj)
        .some(
            (volume) =>
                obj(volume["configMap"])["name"] === configMap ||
                list(obj(volume["projected"])["sources"]).some(
                    (source) => obj(obj(source)["configMap"])["name"] === configMap,
                ),
        );
}

/** Replicas of an object that carries a pod; one where nothing is said. */
function replicasOf(object: KubeObject): number {
    const replicas = obj(object.body["spec"])["replicas"];
    return typeof replicas === "number" ? replicas : 1;
}

export const spireSqliteSingleReplica = stackControl({
    name: "spire-sqlite-single-replica",
    description: "SPIRE servers with a sqlite data store run alone.",
    why: "The file can't be shared: every replica would have entries, nodes and bundles of its own, and refuse what another issued.",
    severity: "high",
    covers: [],
    frameworks: [...nist("CP-10", "CM-6"), ...checklist("ZT-4")],
    remediation: "Run one replica, or use PostgreSQL or MySQL.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }): Iterable<StackFault> {
        const sqlite = spireConfigs(stack).server.filter(
            (config) => str(pluginOf(config, "DataStore", "sql")?.data["database_type"]) === "sqlite3",
        );
        yield* each(
            [...stack.ofKind("StatefulSet"), ...stack.ofKind("Deployment")],
            (object) => object,
            function* (object) {
                const pod = podOf(object);
                const config = sqlite.find(
                    ({ object: configMap }) =>
                        pod !== undefined && configMap.namespace === object.namespace && mounts(pod, configMap.name),
                );
                if (config !== undefined && replicasOf(object) > 1) {
                    const path = `${object.prefix}spec.replicas`;
                    yield {
                        object,
                        path,
                        message: `${path} is ${replicasOf(object)}, but ConfigMap ${config.object.name} keeps its data in sqlite. Set 1, or use PostgreSQL or MySQL.`,
                    };
                }
            },
        );
    },
    admission: { none: "It compares several objects." },
});
