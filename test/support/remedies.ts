import type { Manifest } from "./controls";

/** A manifest with a fault that its control has a remedy for. */
export interface RemedyCase {
    readonly control: string;
    /** What is wrong, to complete the sentence "puts right …". */
    readonly what: string;
    /** The remedy is applied without being asked for. */
    readonly safe: boolean;
    readonly manifests: readonly Manifest[];
}

interface PodParts {
    readonly spec?: Manifest;
    readonly container?: Manifest;
    readonly metadata?: Manifest;
}

function pod({ spec = {}, container = {}, metadata = {} }: PodParts): readonly Manifest[] {
    const containers = [{ name: "web", image: "registry.example.org/web:1.0", ...container }];
    return [
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "web", namespace: "shop", ...metadata },
            spec: { ...spec, containers },
        },
    ];
}

function podCase(control: string, what: string, safe: boolean, parts: PodParts): RemedyCase {
    return { control, what, safe, manifests: pod(parts) };
}

function container(control: string, what: string, safe: boolean, securityContext: Manifest): RemedyCase {
    return podCase(control, what, safe, { container: { securityContext } });
}

function object(control: string, what: string, safe: boolean, manifest: Manifest): RemedyCase {
    return { control, what, safe, manifests: [manifest] };
}

const metadata = { name: "web", namespace: "shop" };
/** A Service on a port of every node. */
const NODE_PORT: Manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { type: "NodePort", selector: { app: "web" }, ports: [{ port: 80 }] },
};
/** A process that is not root and may gain no rights, so that it has no capabilities. */
const POWERLESS = { runAsUser: 1000, allowPrivilegeEscalation: false };

const CAPABILITIES: readonly RemedyCase[] = [
    container("baseline-capabilities-only", "a capability of a process that may be root", false, {
        capabilities: { add: ["SYS_TIME", "CHOWN"] },
    }),
    container(
        "baseline-capabilities-only",
        "what a process without rights has dropped, though its file may need it",
        false,
        {
            ...POWERLESS,
            capabilities: { add: ["CHOWN", "SYS_TIME", "BPF"] },
        },
    ),
    container("drop-all-capabilities", "capabilities that a process that may be root keeps", false, {}),
    container(
        "drop-all-capabilities",
        "what a process without rights has dropped, though its file may need it",
        false,
        {
            ...POWERLESS,
            capabilities: { drop: ["NET_RAW"], add: ["CHOWN", "NET_BIND_SERVICE", "KILL"] },
        },
    ),
    container("net-raw-dropped", "raw sockets of a process that may be root", false, {
        capabilities: { add: ["NET_RAW", "CHOWN", "ALL"] },
    }),
    container(
        "net-raw-dropped",
        "what a process without rights has dropped, though its file may need it",
        false,
        POWERLESS,
    ),
    container("no-added-capabilities", "a capability of a process that may be root", false, {
        capabilities: { add: ["CHOWN"] },
    }),
    container(
        "no-added-capabilities",
        "what a process without rights has dropped, though its file may need it",
        false,
        {
            ...POWERLESS,
            capabilities: { add: ["CHOWN"] },
        },
    ),
    container("no-dangerous-capabilities", "a capability of a process that may be root", false, {
        capabilities: { add: ["CHOWN", "SYS_ADMIN"] },
    }),
    container(
        "no-dangerous-capabilities",
        "what a process without rights has dropped, though its file may need it",
        false,
        {
            ...POWERLESS,
            capabilities: { add: ["SYS_ADMIN", "CHOWN", "SYS_PTRACE"] },
        },
    ),
];

const PROTECTIONS: readonly RemedyCase[] = [
    container("app-armor-not-disabled", "a profile that is off", false, { appArmorProfile: { type: "Unconfined" } }),
    podCase("app-armor-not-disabled", "an annotation that turns it off", false, {
        metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "unconfined" } },
    }),
    container("linux-hardening-in-use", "a container without any protection", false, {}),
    container("linux-hardening-in-use", "a container that turns seccomp off", false, {
        seccompProfile: { type: "Unconfined" },
    }),
    container("no-custom-selinux-options", "a type of its own", false, {
        seLinuxOptions: { type: "spc_t", user: "system_u", level: "s0" },
    }),
    container("no-privilege-escalation", "a container that doesn't say", false, {}),
    container("no-privilege-escalation", "a root process with a capability", false, {
        runAsUser: 0,
        capabilities: { add: ["CHOWN"] },
    }),
    container("no-privilege-escalation", "capabilities that may come by a file's only", false, {
        capabilities: { add: ["NET_BIND_SERVICE"] },
    }),
    container("no-privilege-escalation", "a container that says it may", false, { allowPrivilegeEscalation: true }),
    container("no-privileged-containers", "a privileged container", false, { privileged: true, runAsUser: 0 }),
    container("proc-mount-default", "an unmasked /proc, which the API server refuses", true, {
        procMount: "Unmasked",
        runAsUser: 0,
    }),
    podCase("proc-mount-default", "an unmasked /proc in a user namespace", false, {
        spec: { hostUsers: false },
        container: { securityContext: { procMount: "Unmasked", runAsUser: 0 } },
    }),
    container("proc-mount-masked", "an unmasked /proc, which the API server refuses", true, {
        procMount: "Unmasked",
        runAsUser: 0,
    }),
    container("read-only-root-filesystem", "a root filesystem that can be written", false, {}),
    container("run-as-non-root", "a container that may be root", false, {}),
    container("run-as-non-root", "a container that names another user", true, { runAsUser: 1000 }),
    podCase("run-as-non-root", "a pod that denies it for what else comes into it", false, {
        spec: { securityContext: { runAsNonRoot: false, runAsUser: 1000 } },
        container: { securityContext: { runAsNonRoot: true } },
    }),
    podCase("run-as-non-root", "a container that names a user, on nodes of Windows", false, {
        spec: { nodeSelector: { "kubernetes.io/os": "windows" } },
        container: { securityContext: { runAsUser: 1000 } },
    }),
    container("run-as-non-root", "a container that names a user for each system", false, {
        runAsUser: 1000,
        windowsOptions: { runAsUserName: "ContainerAdministrator" },
    }),
    container("seccomp-not-unconfined", "a container that turns it off", false, {
        seccompProfile: { type: "Unconfined" },
    }),
    container("seccomp-profile-required", "a container without a profile", false, {}),
    podCase("seccomp-profile-required", "a pod that turns it off", false, {
        spec: { securityContext: { seccompProfile: { type: "Unconfined" } } },
    }),
    podCase("security-context-present", "a container without one", false, {}),
    podCase("strict-supplemental-groups", "groups of the image", false, {}),
    podCase("user-namespace-required", "a pod in the node's user namespace", false, {}),
];

const PODS: readonly RemedyCase[] = [
    podCase("dns-search-bounded", "a pod that doesn't say", false, {}),
    podCase("dns-search-bounded", "a pod with other options", false, {
        spec: { dnsConfig: { options: [{ name: "timeout", value: "2" }] } },
    }),
    podCase("dns-search-bounded", "a pod that searches on", false, {
        spec: { dnsConfig: { options: [{ name: "ndots", value: "5" }] } },
    }),
    podCase("host-path-mounts-read-only", "a directory of the node that can be written", false, {
        spec: { volumes: [{ name: "data", hostPath: { path: "/srv" } }] },
        container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
    }),
    podCase("image-pull-policy-always", "an image that is taken from the node", false, {
        container: { imagePullPolicy: "IfNotPresent" },
    }),
    podCase("no-deprecated-service-account-field", "the old name of the field", true, {
        spec: { serviceAccount: "web" },
    }),
    podCase("no-duplicate-variables", "a variable that is set three times", false, {
        container: { env: ["a", "b", "c"].map((value) => ({ name: "MODE", value })) },
    }),
    podCase("no-ephemeral-containers", "what the API server refuses", true, {
        spec: { ephemeralContainers: [{ name: "debug", image: "registry.example.org/debug:1.0" }] },
    }),
    podCase("no-host-aliases", "an entry of /etc/hosts", false, {
        spec: { hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }] },
    }),
    podCase("no-host-in-probes", "a probe of another host", false, {
        container: { livenessProbe: { httpGet: { host: "example.org", port: 80 } } },
    }),
    podCase("no-host-ipc", "the node's IPC", false, { spec: { hostIPC: true } }),
    podCase("no-host-network", "the node's network", false, { spec: { hostNetwork: true } }),
    podCase("no-host-pid", "the node's processes", false, { spec: { hostPID: true } }),
    podCase("no-host-ports", "a port of the node", false, {
        container: { ports: [{ containerPort: 8080, hostPort: 8080 }] },
    }),
    podCase("no-interactive-terminal", "a terminal", false, { container: { stdin: true, tty: true } }),
    podCase("no-windows-host-process", "a process of its node", false, {
        spec: {
            os: { name: "windows" },
            hostNetwork: true,
            securityContext: { windowsOptions: { hostProcess: true, runAsUserName: "ContainerUser" } },
        },
    }),
    podCase("no-shared-process-namespace", "one namespace for all", false, { spec: { shareProcessNamespace: true } }),
    podCase("no-token-automount", "a token that nobody asked for", false, {}),
    podCase("projected-tokens-bounded", "a token that lives for a day", false, {
        spec: {
            volumes: [
                {
                    name: "token",
                    projected: {
                        sources: [{ serviceAccountToken: { path: "t", audience: "vault", expirationSeconds: 86400 } }],
                    },
                },
            ],
        },
    }),
    podCase("safe-sysctls-only", "a kernel parameter", false, {
        spec: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } },
    }),
    podCase("windows-unprivileged-user", "an administrator", false, {
        spec: {
            os: { name: "windows" },
            securityContext: { windowsOptions: { runAsUserName: "ContainerAdministrator" } },
        },
    }),
    podCase("workload-api-through-csi", "a socket that could be written beside, which the driver refuses", true, {
        spec: { volumes: [{ name: "identity", csi: { driver: "csi.spiffe.io" } }] },
        container: { volumeMounts: [{ name: "identity", mountPath: "/identity" }] },
    }),
];

const WEBHOOK = {
    name: "guard.example.org",
    failurePolicy: "Ignore",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    clientConfig: { service: { namespace: "guard", name: "guard" } },
    rules: [{ apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }],
};
const OTHERS: readonly RemedyCase[] = [
    object("admission-policies-deny", "a policy that lets pass what it can't check", false, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: "guard" },
        spec: {
            failurePolicy: "Ignore",
            matchConstraints: {
                resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
            },
            validations: [{ expression: "!has(object.spec.hostNetwork)" }],
        },
    }),
    object("admission-policies-deny", "a binding that only warns", false, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name: "guard" },
        spec: { policyName: "guard", validationActions: ["Warn", "Audit"] },
    }),
    object("external-secrets-refreshed", "a secret that is read once", false, {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata,
        spec: { refreshPolicy: "CreatedOnce", secretStoreRef: { name: "vault" } },
    }),
    object("external-secrets-refreshed", "a secret that is read once a week", false, {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata,
        spec: { refreshInterval: "168h", secretStoreRef: { name: "vault" } },
    }),
    object("mesh-mtls-is-strict", "a mesh that takes plain text, on a port too", false, {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata,
        spec: { mtls: { mode: "PERMISSIVE" }, portLevelMtls: { "8080": { mode: "DISABLE" } } },
    }),
    object("mesh-mtls-is-strict", "a destination without TLS", false, {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata,
        spec: { host: "db", trafficPolicy: { tls: { mode: "DISABLE" } } },
    }),
    object("no-external-ips", "addresses that the Service takes for itself", false, {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { externalIPs: ["192.0.2.1", "192.0.2.2"], selector: { app: "web" }, ports: [{ port: 80 }] },
    }),
    object("certificates-are-short-lived", "a certificate for a year", false, {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata,
        spec: { duration: "8760h", secretName: "tls", issuerRef: { name: "ca" }, dnsNames: ["shop.example.org"] },
    }),
    object("client-addresses-are-kept", "a Service that hides its clients", false, NODE_PORT),
    object("config-is-immutable", "a ConfigMap that may change", false, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata,
        data: { mode: "production" },
    }),
    object("no-node-ports", "a port on every node", false, NODE_PORT),
    object("no-privileged-pod-security", "a namespace that admits any pod", false, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    }),
    object("disruption-budget-spares-the-healthy", "a budget that keeps what is broken", false, {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { maxUnavailable: 1, selector: {} },
    }),
    object("no-removed-apis", "a version whose successor means the same", true, {
        apiVersion: "rbac.authorization.k8s.io/v1beta1",
        kind: "Role",
        metadata,
        rules: [],
    }),
    object("no-removed-apis", "a budget whose selector means something else since", false, {
        apiVersion: "policy/v1beta1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { maxUnavailable: 1, selector: {} },
    }),
    object("pod-security-enforced", "a namespace without a level", false, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop" },
    }),
    object("service-accounts-keep-tokens", "an account that hands its token out", false, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "shop", namespace: "shop" },
    }),
    object("webhooks-fail-closed", "a webhook that lets pass what it can't check", false, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "guard" },
        webhooks: [WEBHOOK],
    }),
];

/** Every remedy there is, in each of its shapes. */
export const CASES: readonly RemedyCase[] = [...CAPABILITIES, ...PROTECTIONS, ...PODS, ...OTHERS];
