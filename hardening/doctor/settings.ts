import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";
import { ApiError } from "../sources/cluster/client";
import { nameOf } from "../verify/expected";
import type { Asked } from "./question";
import { networkProgram, platformOfNodes } from "./recognise";

/** The settings `cluster` that a cluster shows, and the names of those that it doesn't. */
export interface SeenSettings {
    readonly seen: Readonly<Record<string, unknown>>;
    readonly unseen: readonly string[];
}

/** Room for nodes beyond those there are. */
const GROWTH = 2;

/** Reads of a cluster what its stack has to be told; never what only people decide, such as its name. */
export async function seenSettings(cluster: Asked): Promise<SeenSettings> {
    const found = await Promise.all([
        seen("identity", async () => {
            const uid = str(obj((await cluster.get("/api/v1/namespaces/kube-system"))?.["metadata"])["uid"]);
            return uid === "" ? undefined : uid;
        }),
        seen("platform", async () => platformOfNodes(await cluster.objects("/api/v1", "nodes"))),
        seen(
            "networkEngine",
            async () => networkProgram((await cluster.objects("/apis/apps/v1", "daemonsets")).map(nameOf))?.engine,
        ),
        seen("apiServer", async () => apiServer(cluster)),
        seen("nodes", async () => {
            const { length } = await cluster.objects("/api/v1", "nodes");
            return length === 0 ? undefined : length * GROWTH;
        }),
    ]);
    return {
        seen: Object.fromEntries(found.filter(([, value]) => value !== undefined)),
        unseen: found.filter(([, value]) => value === undefined).map(([name]) => name),
    };
}

async function seen(name: string, look: () => Promise<unknown>): Promise<readonly [string, unknown]> {
    try {
        return [name, await look()];
    } catch (error) {
        if (error instanceof ApiError) {
            return [name, undefined];
        }
        throw error;
    }
}

async function apiServer(cluster: Asked): Promise<object | undefined> {
    const path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    const answer = await cluster.get(`${path}?labelSelector=kubernetes.io/service-name%3Dkubernetes`);
    const slices = list(answer?.["items"]).filter(isObj);
    const addresses = slices
        .flatMap((slice) => list(slice["endpoints"]).filter(isObj))
        .flatMap((one) => strings(one["addresses"]));
    const ports = slices.flatMap((slice) => list(slice["ports"]).filter(isObj)).map(({ port }) => Number(port));
    return addresses.length === 0
        ? undefined
        : {
              cidrs: [...new Set(addresses)].map((address) => `${address}/${address.includes(":") ? 128 : 32}`),
              ports: [...new Set(ports)],
          };
}
