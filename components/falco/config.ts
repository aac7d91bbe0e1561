/** Port of Falco's own web server: health and metrics. */
export const WEB_PORT = 8765;

/** Where the pod mounts the configuration, the rules and the client certificate. */
export const PATHS = {
    config: "/etc/falco-config",
    rules: "/etc/falco-rules",
    client: "/etc/falcosidekick-client",
} as const;

export type FalcoConfigArgs = {
    /** Address of falcosidekick, `https://…`. Without it alerts go to the container's log only. */
    readonly outputUrl?: string;
} & (
    | {
          /** The node's system calls. */
          readonly source: "syscall";
          /** The container runtime's socket on the node, which knows the image and the pod of a container. */
          readonly runtimeSocket: string;
          /** Preset of the buffers. */
          readonly bufferSize: number;
      }
    | {
          /** The API server's audit log, without any driver. */
          readonly source: "k8s_audit";
          /** Where the plugins' libraries are mounted. */
          readonly pluginDirectory: string;
      }
);

/** What each alert says of where it happened: Falco's own rules name no pod, so that nobody who answers could tell whose it is. */
const POD_FIELDS = {
    match: { source: "syscall" },
    extra_fields: ["k8s.ns.name", "k8s.pod.name", "container.name", "container.image.repository", "proc.exepath"],
};

/** `falco.yaml` (Falco 0.44). */
export function falcoConfig(args: FalcoConfigArgs): Readonly<Record<string, unknown>> {
    return {
        ...(args.source === "syscall" ? syscallEngine(args) : auditEngine(args.pluginDirectory)),
        // A change of the configuration rolls the pods: reloading would miss events and hide the change from the rollout.
        watch_config_files: false,
        json_output: true,
        json_include_output_property: true,
        json_include_message_property: true,
        json_include_tags_property: true,
        log_stderr: true,
        log_syslog: false,
        log_level: "info",
        priority: "notice",
        rule_matching: "all",
        ...(args.source === "syscall" && { append_output: [POD_FIELDS] }),
        buffered_outputs: false,
        outputs_queue: { capacity: 10_000 },
        stdout_output: { enabled: true },
        syslog_output: { enabled: false },
        file_output: { enabled: false },
        http_output: httpOutput(args.outputUrl),
        webserver: {
            enabled: true,
            listen_port: WEB_PORT,
            listen_address: "0.0.0.0",
            k8s_healthz_endpoint: "/healthz",
            prometheus_metrics_enabled: true,
        },
        metrics: {
            enabled: true,
            interval: "1m",
            output_rule: false,
            rules_counters_enabled: true,
            resource_utilization_enabled: true,
            state_counters_enabled: true,
            kernel_event_counters_enabled: true,
            convert_memory_to_mb: false,
            include_empty_values: false,
        },
    };
}

/** Other ways to learn of containers than the CRI socket: off, since the pod sees none of their sockets. */
const OTHER_RUNTIMES = ["docker", "podman", "containerd", "lxc", "libvirt_lxc", "bpm"];

function syscallEngine({
    runtimeSocket,
    bufferSize,
}: Extract<FalcoConfigArgs, { source: "syscall" }>): Readonly<Record<string, unknown>> {
    const others = OTHER_RUNTIMES.map((name) => [name, { enabled: false }] as const);
    return {
        engine: {
            kind: "modern_ebpf",
            modern_ebpf: { cpus_for_each_buffer: 2, buf_size_preset: bufferSize, drop_failed_exit: false },
        },
        // The rules of the image are pinned with it; ours come after and may amend them.
        rules_files: ["/etc/falco/falco_rules.yaml", PATHS.rules],
        load_plugins: ["container"],
        plugins: [
            {
                name: "container",
                library_path: "libcontainer.so",
                init_config: {
                    // Below HOST_ROOT, where the pod mounts it.
                    engines: { cri: { enabled: true, sockets: [runtimeSocket] }, ...Object.fromEntries(others) },
                },
            },
        ],
        syscall_event_drops: { threshold: 0.05, actions: ["log", "alert"], rate: 0.03333, max_burst: 1 },
    };
}

function auditEngine(plugins: string): Readonly<Record<string, unknown>> {
    return {
        engine: { kind: "nodriver" },
        rules_files: [PATHS.rules],
        load_plugins: ["k8saudit", "json"],
        plugins: [
            {
                name: "k8saudit",
                library_path: `${plugins}/libk8saudit.so`,
                init_config: {
                    maxEventSize: 262_144,
                    webhookMaxBatchSize: 12_582_912,
                    sslCertificate: AUDIT_CERTIFICATE,
                },
                open_params: `https://:${AUDIT_PORT}/k8s-audit`,
            },
            { name: "json", library_path: `${plugins}/libjson.so` },
        ],
    };
}

/** Port of the webhook that receives audit events. */
export const AUDIT_PORT = 9765;

/** Certificate and key of that webhook in one PEM file, as the plugin wants it. */
export const AUDIT_CERTIFICATE = "/etc/falco-audit-tls/server.pem";

function httpOutput(url: string | undefined): Readonly<Record<string, unknown>> {
    return url === undefined
        ? { enabled: false }
        : {
              enabled: true,
              url,
              user_agent: "falco",
              insecure: false,
              ca_cert: `${PATHS.client}/ca.crt`,
              mtls: true,
              client_cert: `${PATHS.client}/tls.crt`,
              client_key: `${PATHS.client}/tls.key`,
              echo: false,
              keep_alive: true,
              compress_uploads: true,
          };
}
