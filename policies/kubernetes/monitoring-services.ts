/** A program of the monitoring: the Services that lead to it, as its operator and as a cluster without one call them, and their port. */
export interface MonitoringService {
    readonly services: readonly string[];
    readonly port: number;
}

export const PROMETHEUS: MonitoringService = { services: ["prometheus-operated", "prometheus"], port: 9090 };

export const ALERTMANAGER: MonitoringService = { services: ["alertmanager-operated", "alertmanager"], port: 9093 };
