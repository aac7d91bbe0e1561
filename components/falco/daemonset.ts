import type * as k8s from "@pulumi/kubernetes";

import { resourcesOf, serviceLabels, serviceSelector } from "../deployment";
import { pulled } from "../images/pull";
import { PATHS, WEB_PORT } from "./config";

/** Name of Falco's DaemonSet, container, account and ConfigMaps. */
export const FALCO = "falco";

/** Secret with the certificate that Falco shows to falcosidekick, and the authority it trusts there. */
const CLIENT_SECRET = "falcosidekick-client";

/** What the modern eBPF probe needs on a kernel from 5.8 on. */
export const CAPABILITIES: readonly string[] = ["BPF", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"];

export interface FalcoPodArgs {
    readonly image: string;
    readonly version: string;
    /** Capabilities beyond `CAPABILITIES`. */
    readonly extraCapabilities: readonly string[];
    readonly runtimeSocket: string;
    readonly cpu: string;
    readonly memory: string;
    /** Whether alerts are sent to falcosidekick, so that the client certificate is mounted. */
    readonly outputs: boolean;
    /** Checksum of configuration and rules: Falco reads both at start only. */
    readonly checksum: string;
}

/** Read-only paths of the node, and where Falco expects them below HOST_ROOT. */
function hostPaths(socket: string): readonly { name: string; path: string; mountPath: string; type: string }[] {
    return [
        { name: "proc", path: "/proc", mountPath: "/host/proc", type: "Directory" },
        { name: "sys-kernel", path: "/sys/kernel", mountPath: "/sys/kernel", type: "Directory" },
        { name: "runtime-socket", path: socket, mountPath: `/host${socket}`, type: "Socket" },
    ];
}

/**
 * The container's rights. It runs as root, because the kernel lets nobody else load the probe; of root's rights it keeps
 * four. AppArmor's default profile forbids ptrace reads of other pods' processes, so it can't apply.
 */
export function falcoSecurity(extraCapabilities: readonly string[]): k8s.types.input.core.v1.SecurityContext {
    return {
        privileged: false,
        // The API server refuses the combination of SYS_ADMIN and no escalation.
        allowPrivilegeEscalation: extraCapabilities.includes("SYS_ADMIN"),
        readOnlyRootFilesystem: true,
        runAsUser: 0,
        runAsGroup: 0,
        capabilities: { drop: ["ALL"], add: [...CAPABILITIES, ...extraCapabilities] },
        seccompProfile: { type: "RuntimeDefault" },
        appArmorProfile: { type: "Unconfined" },
    };
}

/** `spec` of the DaemonSet: one pod on every node, tainted or not. */
export function daemonSetSpec(args: FalcoPodArgs): k8s.types.input.apps.v1.DaemonSetSpec {
    const selector = serviceSelector(FALCO);
    return {
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
        template: {
            metadata: {
                labels: serviceLabels(FALCO, args.version),
                annotations: { "checksum/config": args.checksum },
            },
            spec: podSpec(args),
        },
    };
}

function podSpec(args: FalcoPodArgs): k8s.types.input.core.v1.PodSpec {
    const host = hostPaths(args.runtimeSocket);
    return {
        serviceAccountName: FALCO,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: "system-node-critical",
        tolerations: [{ operator: "Exists" }],
        nodeSelector: { "kubernetes.io/os": "linux" },
        containers: [container(args, host)],
        volumes: [
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
            { name: "config", configMap: { name: FALCO, defaultMode: 0o444 } },
            { name: "rules", configMap: { name: "falco-rules", defaultMode: 0o444 } },
            ...(args.outputs ? [{ name: "client", secret: { secretName: CLIENT_SECRET, defaultMode: 0o400 } }] : []),
            ...host.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
        ],
    };
}

function container(args: FalcoPodArgs, host: ReturnType<typeof hostPaths>): k8s.types.input.core.v1.Container {
    const probe = { httpGet: { path: "/healthz", port: "web" }, timeoutSeconds: 5 };
    return {
        name: FALCO,
        ...pulled(args.image),
        args: ["/usr/bin/falco", "-c", `${PATHS.config}/falco.yaml`],
        env: [
            { name: "HOST_ROOT", value: "/host" },
            { name: "FALCO_HOSTNAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            { name: "FALCO_K8S_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        ],
        ports: [{ name: "web", containerPort: WEB_PORT }],
        securityContext: falcoSecurity(args.extraCapabilities),
        resources: resourcesOf(args.cpu, args.memory),
        startupProbe: { ...probe, initialDelaySeconds: 3, periodSeconds: 5, failureThreshold: 20 },
        livenessProbe: { ...probe, periodSeconds: 15, failureThreshold: 4 },
        readinessProbe: { ...probe, periodSeconds: 15 },
        volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            { name: "config", mountPath: PATHS.config, readOnly: true },
            { name: "rules", mountPath: PATHS.rules, readOnly: true },
            ...(args.outputs ? [{ name: "client", mountPath: PATHS.client, readOnly: true }] : []),
            ...host.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
        ],
    };
}
