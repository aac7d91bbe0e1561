import type { Read } from "../../policies/engine/schema";
import {
    boolean,
    integer,
    listOf,
    mapOf,
    object,
    optional,
    refined,
    text,
    withDefault,
} from "../../policies/engine/schema";
import { cidr, dnsLabel, port, quantity } from "../../policies/engine/values";

/**
 * Capabilities that the modern eBPF probe may need on kernels other than ours: before 5.8 there is no BPF or PERFMON, and
 * Debian's and Ubuntu's `kernel.perf_event_paranoid` asks for SYS_ADMIN.
 */
const EXTRA_CAPABILITIES: readonly string[] = ["SYS_ADMIN", "DAC_READ_SEARCH", "SYSLOG", "NET_ADMIN"];

const extraCapabilities = withDefault(
    refined(mapOf(text("a reason for the capability")), (value) => {
        const unknown = Object.keys(value).filter((name) => !EXTRA_CAPABILITIES.includes(name));
        return unknown.length === 0
            ? undefined
            : `names ${unknown.join(", ")}; Falco may be given ${EXTRA_CAPABILITIES.join(", ")} beside BPF, PERFMON, SYS_PTRACE and SYS_RESOURCE`;
    }),
    {},
);

/** Where Falco's alerts go besides the container's log. */
const sidekickSettings = object({
    namespace: withDefault(dnsLabel, "falcosidekick"),
    /** Where the alerts are sent on to. Egress is opened to these addresses only. */
    egress: object({ cidrs: listOf(cidr, 1), port: withDefault(port, 443) }),
});

export type SidekickSettings = Read<typeof sidekickSettings>;

const digest = text("sha256: and 64 hex digits", /^sha256:[0-9a-f]{64}$/);

/** The API server's audit log as a second source of events. */
const auditSettings = object({
    /** Digests of the OCI artifacts of the plugins, which Falco's image does not hold. */
    plugins: object({ k8saudit: digest, json: digest }),
    /** Addresses of the registry that the plugins are read from. */
    registryCidrs: listOf(cidr, 1),
});

export type AuditSettings = Read<typeof auditSettings>;

/** Where a container runtime may have its socket. */
export const RUNTIME_SOCKET = /^\/(?:(?:var\/)?run|var\/snap\/microk8s\/common\/run)\/[a-z0-9/._-]+\.sock$/;

/** The stack's settings for Falco. */
export const falcoSettings = withDefault(
    object({
        namespace: withDefault(dnsLabel, "falco"),
        /** Capability, and the reason why this cluster's kernel asks for it. */
        extraCapabilities,
        /** The container runtime's socket on the node; that of cluster.platform unless set. */
        runtimeSocket: optional(text("an absolute path below /run, /var/run or MicroK8s' own", RUNTIME_SOCKET)),
        /** Image repositories of workloads with an identity, besides the platform's own. */
        workloadImages: withDefault(listOf(text()), []),
        /** Namespaces of applications that other stacks of the cluster deploy, and the ports that those open to them. */
        applications: withDefault(listOf(object({ namespace: dnsLabel, ports: withDefault(listOf(port), []) })), []),
        /**
         * What is looked for in every container of the cluster instead of the guarded namespaces only: metadata is what pods with a
         * cloud identity ask, and the ports of mining pools are those of other programs too.
         */
        clusterWide: withDefault(
            object({ metadata: withDefault(boolean(), false), miningPorts: withDefault(boolean(), false) }),
            {},
        ),
        /** Falco's preset for the buffers between the kernel and itself; 4 is 8 MiB for each pair of processors, one more is twice that. */
        bufferSize: withDefault(integer(1, 10), 4),
        cpu: withDefault(quantity, "1000m"),
        memory: withDefault(quantity, "1Gi"),
        sidekick: optional(sidekickSettings),
        kubernetesAudit: optional(auditSettings),
    }),
    {},
);

export type FalcoSettings = Read<typeof falcoSettings>;
