import type { KindName, KubernetesApi, KubernetesObject, ObjectRef } from "../kubernetes/objects.js";
import { TimedCache } from "./cache.js";

type Reads = Pick<KubernetesApi, "get" | "list" | "listMetadata">;

/** Kinds that are asked for anew each time: pods of one name follow each other. */
const FRESH: ReadonlySet<KindName> = new Set(["Pod"]);

/**
 * Reads of the API server, each asked once in a while: the pods of one workload have their owner, their namespace's Services and the
 * registrations in common.
 *
 * @param options see {@link TimedCache}
 */
export function cachedReads(api: Reads, options: ConstructorParameters<typeof TimedCache>[0]): Reads {
    const objects = new TimedCache<KubernetesObject | undefined>(options);
    const lists = new TimedCache<readonly KubernetesObject[]>(options);
    return {
        get: (ref: ObjectRef) =>
            FRESH.has(ref.kind)
                ? api.get(ref)
                : objects.get(JSON.stringify([ref.kind, ref.namespace, ref.name]), () => api.get(ref)),
        list: (kind, where = {}) =>
            FRESH.has(kind)
                ? api.list(kind, where)
                : lists.get(JSON.stringify([kind, where.namespace, where.labels, where.fields]), () =>
                      api.list(kind, where),
                  ),
        listMetadata: (kind, namespace) => api.listMetadata(kind, namespace),
    };
}
