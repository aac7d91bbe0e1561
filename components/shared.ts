import type { ClusterSettings, MonitoringSettings } from "./config";
import type { Images } from "./images";

/** What every area of the foundation is told of its surroundings. */
export interface Surroundings {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly images: Images;
}
