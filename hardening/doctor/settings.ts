import { ApiError } from "../sources/cluster/client";
import { clusterUid } from "../sources/cluster/identity";
import type { Asked } from "./question";
import { apiServerOf, daemonsOf, networkProgram, nodesOf, platformOfNodes } from "./recognise";

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
            const uid = await clusterUid(cluster);
            return uid === "" ? undefined : uid;
        }),
        seen("platform", async () => platformOfNodes(await nodesOf(cluster))),
        seen("networkEngine", async () => networkProgram(await daemonsOf(cluster))?.engine),
        seen("apiServer", async () => apiServer(cluster)),
        seen("nodes", async () => {
            const { length } = await nodesOf(cluster);
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
    const { addresses, ports } = await apiServerOf(cluster);
    return addresses.length === 0
        ? undefined
        : { cidrs: addresses.map((address) => `${address}/${address.includes(":") ? 128 : 32}`), ports };
}
