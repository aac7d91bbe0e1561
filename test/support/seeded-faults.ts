/*
 * A small application with twenty faults, each that of one control, in kinds that every producer of objects can write. Whoever
 * writes it, the findings are the same.
 */

/** An object as a manifest has it. */
export interface FaultyObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly [field: string]: unknown;
}

const labels = { app: "web" };

/** The application's objects, in the order in which they are written. */
export const FAULTY: readonly FaultyObject[] = [
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "shop", labels },
        spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    hostPID: true,
                    hostIPC: true,
                    hostNetwork: true,
                    serviceAccountName: "web",
                    automountServiceAccountToken: true,
                    securityContext: {
                        sysctls: [{ name: "kernel.msgmax", value: "65536" }],
                        seccompProfile: { type: "Unconfined" },
                    },
                    containers: [
                        {
                            name: "web",
                            image: "registry.example/web:latest",
                            imagePullPolicy: "Always",
                            ports: [{ containerPort: 8080, hostPort: 8080, protocol: "TCP" }],
                            env: [{ name: "DB_PASSWORD", value: "correct-horse-battery" }],
                            securityContext: {
                                privileged: true,
                                allowPrivilegeEscalation: true,
                                readOnlyRootFilesystem: false,
                                runAsNonRoot: false,
                                runAsUser: 0,
                                capabilities: { add: ["SYS_ADMIN"] },
                            },
                            volumeMounts: [{ name: "socket", mountPath: "/run/docker.sock" }],
                        },
                    ],
                    volumes: [{ name: "socket", hostPath: { path: "/var/run/docker.sock" } }],
                },
            },
        },
    },
    {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "web", namespace: "shop" },
        automountServiceAccountToken: true,
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop" },
        spec: {
            type: "NodePort",
            selector: labels,
            externalIPs: ["203.0.113.7"],
            ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }],
        },
    },
    {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "web", namespace: "shop" },
        spec: {
            ingressClassName: "nginx",
            rules: [
                {
                    host: "shop.example",
                    http: {
                        paths: [
                            {
                                path: "/",
                                pathType: "Prefix",
                                backend: { service: { name: "web", port: { number: 80 } } },
                            },
                        ],
                    },
                },
            ],
        },
    },
    {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "open", namespace: "shop" },
        spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress"], ingress: [{}] },
    },
    {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings", namespace: "shop" },
        data: { DB_PASSWORD: "correct-horse-battery" },
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "shop" },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "shop" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
    },
];

/** The twenty: the control that finds each, and where. */
export const FAULTS: readonly (readonly [control: string, object: string])[] = [
    ["no-privileged-pod-security", "Namespace shop"],
    ["no-host-pid", "Deployment web"],
    ["no-host-ipc", "Deployment web"],
    ["no-host-network", "Deployment web"],
    ["no-host-ports", "Deployment web"],
    ["safe-sysctls-only", "Deployment web"],
    ["seccomp-not-unconfined", "Deployment web"],
    ["no-latest-tag", "Deployment web"],
    ["no-credentials-in-env", "Deployment web"],
    ["no-privileged-containers", "Deployment web"],
    ["read-only-root-filesystem", "Deployment web"],
    ["no-root-user", "Deployment web"],
    ["no-dangerous-capabilities", "Deployment web"],
    ["no-runtime-socket", "Deployment web"],
    ["no-external-ips", "Service web"],
    ["ingress-uses-tls", "Ingress web"],
    ["no-allow-all-rules", "NetworkPolicy open"],
    ["no-credentials-in-configmaps", "ConfigMap settings"],
    ["no-rbac-wildcards", "ClusterRole shop"],
    ["no-cluster-admin-bindings", "ClusterRoleBinding shop"],
];
