import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import { ApiError } from "../sources/cluster/client";
import type { Expected, Workload } from "./expected";
import { containersOf, isReady, nameOf, selects } from "./expected";
import type { Sample } from "./exposition";
import { parseExposition } from "./exposition";
import type { Live } from "./live";
import { increaseOf, samplesOf } from "./prometheus";

/** A ready pod and what it measures. */
export interface ScrapedPod {
    /** `Pod namespace/name`. */
    readonly subject: string;
    /** Undefined where its metrics can't be read. */
    readonly samples: readonly Sample[] | undefined;
    /**
     * By how much its counters of one name have grown within a `window` such as `30m`; undefined where only the pod itself could be
     * asked, which knows no more than its totals.
     */
    readonly grown: (metric: string, window: string) => Promise<readonly Sample[] | undefined>;
}

/** Names of ports that serve metrics, best first. Others may not be asked: a TLS port would count a failed handshake. */
const PORT_NAMES = ["metrics", "http"];

/**
 * The metrics of each ready pod of a workload. Prometheus is asked first: where network policies are enforced they let nobody
 * else reach the port, and the API server's proxy would wait for each pod until it gives up.
 */
export async function scrape(workload: Workload, expected: Expected, live: Live): Promise<readonly ScrapedPod[]> {
    const { namespace, selector } = workload;
    const pods = await live.objects("/api/v1", "pods", namespace);
    const names = pods.filter((pod) => selects(selector, pod) && isReady(pod)).map(nameOf);
    return Promise.all(
        names.map(async (name) => {
            const pod = { namespace, name };
            const held = await samplesOf(expected, live, pod);
            return {
                subject: `Pod ${namespace}/${name}`,
                samples: held ?? (await throughProxy(workload, name, live)),
                grown: async (metric, window) =>
                    held === undefined ? undefined : increaseOf(expected, live, pod, metric, window),
            };
        }),
    );
}

async function throughProxy(workload: Workload, pod: string, live: Live): Promise<readonly Sample[] | undefined> {
    for (const port of metricsPorts(workload)) {
        const samples = await readThroughProxy(live, workload.namespace, pod, port, "/metrics");
        if (samples !== undefined) {
            return samples;
        }
    }
    return undefined;
}

/** What a pod serves at a port, through the API server's proxy; undefined where it can't be reached. */
export async function readThroughProxy(
    live: Live,
    namespace: string,
    pod: string,
    port: number,
    path: string,
): Promise<readonly Sample[] | undefined> {
    try {
        return parseExposition(await live.podText(namespace, pod, port, path));
    } catch (error) {
        if (!(error instanceof ApiError)) {
            throw error;
        }
        return undefined;
    }
}

function metricsPorts({ template }: Workload): readonly number[] {
    const ports = containersOf(obj(template["spec"])).flatMap((container) => list(container["ports"]).filter(isObj));
    const named = PORT_NAMES.flatMap((name) => ports.filter((port) => str(port["name"]) === name));
    return (named.length > 0 ? named : ports).map((port) => Number(port["containerPort"]));
}
