import type { ClusterSettings } from "./cluster/settings";
import type { MonitoringSettings } from "./monitoring/settings";
import type { Images } from "./images";

/** What every area of the foundation is told of its surroundings. */
export interface Surroundings {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly images: Images;
}
