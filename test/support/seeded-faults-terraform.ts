/*
 * The objects of seeded-faults.ts as Terraform's Kubernetes provider (v3.2) plans them: the attributes of its schema, `after`
 * of each change with what is not set as the plan shows it, and `unknown` where the API server is to choose.
 */

interface Typed {
    readonly type: string;
    readonly after: object;
    readonly unknown?: object;
}

const labels = { app: "web" };
const unnamed = { generate_name: null, annotations: null, labels: null };
/** What only the API server knows of an object. */
const metadata = [{ generation: true, resource_version: true, uid: true }];

export const TYPED_FAULTS: readonly Typed[] = [
    {
        type: "kubernetes_namespace_v1",
        after: {
            metadata: [{ ...unnamed, labels: { "pod-security.kubernetes.io/enforce": "privileged" }, name: "shop" }],
            wait_for_default_service_account: false,
            timeouts: null,
        },
        unknown: { id: true, metadata },
    },
    {
        type: "kubernetes_deployment_v1",
        after: {
            metadata: [{ ...unnamed, labels, name: "web", namespace: "shop" }],
            spec: [
                {
                    min_ready_seconds: 0,
                    paused: false,
                    progress_deadline_seconds: 600,
                    replicas: "2",
                    revision_history_limit: 10,
                    selector: [{ match_expressions: [], match_labels: labels }],
                    template: [
                        {
                            metadata: [{ ...unnamed, labels, namespace: null }],
                            spec: [
                                {
                                    active_deadline_seconds: null,
                                    affinity: [],
                                    automount_service_account_token: true,
                                    container: [
                                        {
                                            args: null,
                                            command: null,
                                            env: [
                                                { name: "DB_PASSWORD", value: "correct-horse-battery", value_from: [] },
                                            ],
                                            env_from: [],
                                            image: "registry.example/web:latest",
                                            image_pull_policy: "Always",
                                            lifecycle: [],
                                            liveness_probe: [],
                                            name: "web",
                                            port: [
                                                {
                                                    container_port: 8080,
                                                    host_ip: null,
                                                    host_port: 8080,
                                                    name: null,
                                                    protocol: "TCP",
                                                },
                                            ],
                                            readiness_probe: [],
                                            security_context: [
                                                {
                                                    allow_privilege_escalation: true,
                                                    capabilities: [{ add: ["SYS_ADMIN"], drop: null }],
                                                    privileged: true,
                                                    read_only_root_filesystem: false,
                                                    run_as_group: null,
                                                    run_as_non_root: false,
                                                    run_as_user: "0",
                                                    se_linux_options: [],
                                                    seccomp_profile: [],
                                                },
                                            ],
                                            startup_probe: [],
                                            stdin: false,
                                            stdin_once: false,
                                            termination_message_path: "/dev/termination-log",
                                            tty: false,
                                            volume_device: [],
                                            volume_mount: [
                                                {
                                                    mount_path: "/run/docker.sock",
                                                    mount_propagation: "None",
                                                    name: "socket",
                                                    read_only: false,
                                                    sub_path: null,
                                                    sub_path_expr: null,
                                                },
                                            ],
                                            working_dir: null,
                                        },
                                    ],
                                    dns_config: [],
                                    dns_policy: "ClusterFirst",
                                    enable_service_links: true,
                                    host_aliases: [],
                                    host_ipc: true,
                                    host_network: true,
                                    host_pid: true,
                                    init_container: [],
                                    node_selector: null,
                                    os: [],
                                    priority_class_name: null,
                                    restart_policy: "Always",
                                    runtime_class_name: null,
                                    security_context: [
                                        {
                                            fs_group: null,
                                            fs_group_change_policy: null,
                                            run_as_group: null,
                                            run_as_non_root: null,
                                            run_as_user: null,
                                            se_linux_options: [],
                                            seccomp_profile: [{ localhost_profile: null, type: "Unconfined" }],
                                            supplemental_groups: null,
                                            sysctl: [{ name: "kernel.msgmax", value: "65536" }],
                                            windows_options: [],
                                        },
                                    ],
                                    service_account_name: "web",
                                    share_process_namespace: false,
                                    subdomain: null,
                                    termination_grace_period_seconds: 30,
                                    toleration: [],
                                    topology_spread_constraint: [],
                                    volume: [
                                        {
                                            host_path: [{ path: "/var/run/docker.sock", type: "" }],
                                            config_map: [],
                                            csi: [],
                                            empty_dir: [],
                                            name: "socket",
                                            projected: [],
                                            secret: [],
                                        },
                                    ],
                                },
                            ],
                        },
                    ],
                },
            ],
            timeouts: null,
            wait_for_rollout: true,
        },
        unknown: {
            id: true,
            metadata,
            spec: [
                {
                    strategy: true,
                    template: [
                        {
                            metadata: [{ generation: true, name: true, resource_version: true, uid: true }],
                            spec: [
                                {
                                    container: [{ resources: true, termination_message_policy: true }],
                                    hostname: true,
                                    image_pull_secrets: true,
                                    node_name: true,
                                    readiness_gate: true,
                                    scheduler_name: true,
                                },
                            ],
                        },
                    ],
                },
            ],
        },
    },
    {
        type: "kubernetes_service_account_v1",
        after: {
            automount_service_account_token: true,
            image_pull_secret: [],
            metadata: [{ ...unnamed, name: "web", namespace: "shop" }],
            secret: [],
            timeouts: null,
        },
        unknown: { default_secret_name: true, id: true, metadata },
    },
    {
        type: "kubernetes_service_v1",
        after: {
            metadata: [{ ...unnamed, name: "web", namespace: "shop" }],
            spec: [
                {
                    allocate_load_balancer_node_ports: true,
                    external_ips: ["203.0.113.7"],
                    external_name: null,
                    load_balancer_class: null,
                    load_balancer_ip: null,
                    load_balancer_source_ranges: null,
                    port: [{ app_protocol: null, name: "http", port: 80, protocol: "TCP", target_port: "8080" }],
                    publish_not_ready_addresses: false,
                    selector: labels,
                    session_affinity: "None",
                    type: "NodePort",
                },
            ],
            timeouts: null,
            wait_for_load_balancer: true,
        },
        unknown: {
            id: true,
            metadata,
            spec: [
                {
                    cluster_ip: true,
                    cluster_ips: true,
                    external_traffic_policy: true,
                    health_check_node_port: true,
                    internal_traffic_policy: true,
                    ip_families: true,
                    ip_family_policy: true,
                    port: [{ node_port: true }],
                    session_affinity_config: true,
                },
            ],
            status: true,
        },
    },
    {
        type: "kubernetes_ingress_v1",
        after: {
            metadata: [{ ...unnamed, name: "web", namespace: "shop" }],
            spec: [
                {
                    default_backend: [],
                    ingress_class_name: "nginx",
                    rule: [
                        {
                            host: "shop.example",
                            http: [
                                {
                                    path: [
                                        {
                                            backend: [
                                                {
                                                    resource: [],
                                                    service: [{ name: "web", port: [{ name: null, number: 80 }] }],
                                                },
                                            ],
                                            path: "/",
                                            path_type: "Prefix",
                                        },
                                    ],
                                },
                            ],
                        },
                    ],
                    tls: [],
                },
            ],
            timeouts: null,
            wait_for_load_balancer: null,
        },
        unknown: { id: true, metadata, status: true },
    },
    {
        type: "kubernetes_network_policy_v1",
        after: {
            metadata: [{ ...unnamed, name: "open", namespace: "shop" }],
            spec: [
                {
                    egress: [],
                    ingress: [{ from: [], ports: [] }],
                    pod_selector: [{ match_expressions: [], match_labels: labels }],
                    policy_types: ["Ingress"],
                },
            ],
        },
        unknown: { id: true, metadata },
    },
    {
        type: "kubernetes_config_map_v1",
        after: {
            binary_data: null,
            data: { DB_PASSWORD: "correct-horse-battery" },
            immutable: null,
            metadata: [{ ...unnamed, name: "settings", namespace: "shop" }],
        },
        unknown: { id: true, metadata },
    },
    {
        type: "kubernetes_cluster_role_v1",
        after: {
            aggregation_rule: [],
            metadata: [{ annotations: null, labels: null, name: "shop" }],
            rule: [
                { api_groups: ["*"], non_resource_urls: null, resource_names: null, resources: ["*"], verbs: ["*"] },
            ],
        },
        unknown: { id: true, metadata },
    },
    {
        type: "kubernetes_cluster_role_binding_v1",
        after: {
            metadata: [{ annotations: null, labels: null, name: "shop" }],
            role_ref: [{ api_group: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" }],
            subject: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
        },
        unknown: { id: true, metadata, subject: [{ api_group: true }] },
    },
];
