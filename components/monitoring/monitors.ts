/** Pods that Prometheus scrapes, told by their labels and the name of their port. */
export interface ScrapeTarget {
    /** Name of the PodMonitor. */
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Name of the container port; a number would survive a rename of the port and then scrape something else. */
    readonly port: string;
    /** @default "/metrics" */
    readonly path?: string;
    /**
     * Keeps labels of the metric itself where Prometheus would set its own, e.g. `namespace` of a secret.
     * @default false
     */
    readonly honorLabels?: boolean;
}

/** `spec` of the PodMonitor (monitoring.coreos.com/v1) of a target. */
export function podMonitorSpec(target: ScrapeTarget): Readonly<Record<string, unknown>> {
    return {
        // The alerts tell services by job, and the job is the service's name wherever it runs.
        jobLabel: "app.kubernetes.io/name",
        selector: { matchLabels: target.labels },
        namespaceSelector: { matchNames: [target.namespace] },
        podMetricsEndpoints: [
            {
                port: target.port,
                path: target.path ?? "/metrics",
                interval: "30s",
                scrapeTimeout: "10s",
                ...(target.honorLabels === true && { honorLabels: true }),
                relabelings: [{ sourceLabels: ["__meta_kubernetes_pod_node_name"], targetLabel: "node" }],
            },
        ],
    };
}
