import type { Given } from "../policies/engine/schema";
import type { ClusterSettings } from "./cluster/settings";
import { clusterSettings } from "./cluster/settings";
import { settled } from "./completed";
import { Images } from "./images";
import type { MonitoringSettings } from "./monitoring/settings";
import { monitoringSettings } from "./monitoring/settings";

/** What every area of the foundation is told of its surroundings. */
export interface Surroundings {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly images: Images;
}

/** The same as a component takes it that is used by itself. */
export interface SurroundingsArgs {
    /** Where the API server and the DNS of the cluster are. */
    readonly cluster: Given<typeof clusterSettings>;
    /**
     * Where Prometheus is, and by which labels it finds what is its own.
     * @default that of kube-prometheus-stack, in the namespace `monitoring`
     */
    readonly monitoring?: Given<typeof monitoringSettings>;
    /**
     * Where images come from.
     * @default from their publishers
     */
    readonly images?: Images;
}

/**
 * The facts of a cluster, completed with those of its platform: what the usual flows are made by.
 *
 * @throws pulumi.RunError naming every fault
 */
export function clusterOf(given: Given<typeof clusterSettings>): ClusterSettings {
    return settled(clusterSettings, given, "cluster");
}

/** The fields of the surroundings that are read. */
export const SURROUNDINGS = { cluster: clusterSettings, monitoring: monitoringSettings } as const;

/** What is read of them, as it is given. */
export function surroundingsOf({ cluster, monitoring, images = new Images() }: SurroundingsArgs) {
    return { read: { cluster, monitoring }, images };
}
