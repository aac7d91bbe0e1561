import type { Cluster } from "../harness/cluster";

/** Lets pods onto every node again that a test, or what it tried, has closed to them. */
export async function uncordonAll({ kubectl }: Cluster): Promise<void> {
    const closed = (await kubectl.list("nodes")).filter(
        ({ spec }) => (spec as { unschedulable?: boolean } | undefined)?.unschedulable === true,
    );
    if (closed.length > 0) {
        await kubectl.run(["uncordon", ...closed.map(({ metadata }) => metadata.name)]);
    }
}
