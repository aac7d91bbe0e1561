import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { budgetSpec } from "./budget";
import { completed } from "./completed";
import type { PodIdentity } from "./hardened";
import { containerSecurity, podSecurity } from "./hardened";
import { refuse } from "./refuse";
import type { Given } from "../policies/engine/schema";
import { integer, object, refined, text, withDefault } from "../policies/engine/schema";
import { quantity } from "../policies/engine/values";
import { pulled } from "./images/pull";
import type { ProxyArgs, ProxyParts } from "./proxy";
import { proxyConfigName, proxyData, proxyFaults, proxyParts, proxyPorts } from "./proxy";

export const resourceSettings = withDefault(
    object({
        cpuRequest: withDefault(quantity, "100m"),
        cpuLimit: withDefault(quantity, "1"),
        memoryRequest: withDefault(quantity, "256Mi"),
        memoryLimit: withDefault(quantity, "512Mi"),
    }),
    {},
);

export const replicaSettings = withDefault(
    refined(
        object({ minimum: withDefault(integer(2, 100), 3), maximum: withDefault(integer(2, 1000), 6) }),
        ({ minimum, maximum }) =>
            maximum < minimum ? `has a maximum of ${maximum}, which is below its minimum of ${minimum}` : undefined,
    ),
    {},
);

export type { PodIdentity } from "./hardened";
export { containerSecurity, podSecurity } from "./hardened";

/** What of a workload's arguments has defaults. */
const sized = object({ replicas: replicaSettings, resources: resourceSettings });

export const workloadName = text("a DNS label", /^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/);

export interface WorkloadArgs {
    /** Name of the Deployment, its Service and its ServiceAccount; also the `app` label. */
    readonly app: string;
    /** The namespace, from `GuardedNamespace.namespaceName`, so that nothing runs before it is closed. */
    readonly namespace: pulumi.Input<string>;
    /** Image reference with tag and digest, from `Images.ref`. */
    readonly image: string;
    /** Version for the recommended label `app.kubernetes.io/version`. */
    readonly version: string;
    /** The port that serves HTTP and `metricsPath`. */
    readonly port: number;
    /** Path that answers 200 once the workload serves; used for start-up and readiness. */
    readonly metricsPath: string;
    /**
     * The port that serves `metricsPath`, in the clear.
     * @default `port`
     */
    readonly metricsPort?: number;
    /**
     * Bounds of the autoscaler.
     * @default 3 to 6
     */
    readonly replicas?: Given<typeof replicaSettings>;
    /**
     * What the container asks for and may take.
     * @default 100m to 1 CPU, 256Mi to 512Mi
     */
    readonly resources?: Given<typeof resourceSettings>;
    /** Team that answers for it; a label. */
    readonly owner: string;
    /**
     * Directories that must be writable; each becomes an emptyDir of at most this size.
     * @default {"/tmp": "64Mi"}
     */
    readonly writable?: Readonly<Record<string, string>>;
    /**
     * Name of a Secret that is mounted read-only at `/etc/<name>`.
     * @default none
     */
    readonly secretName?: string;
    /**
     * Gives the pods a SPIFFE identity.
     * @default none
     */
    readonly identity?: PodIdentity;
    /**
     * Further labels of the pods, e.g. those by which a service mesh injects its proxy.
     * @default none
     */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * Annotations of the pods, e.g. those a service mesh reads.
     * @default none
     */
    readonly annotations?: Readonly<Record<string, string>>;
    /**
     * Puts Envoy beside the program: mutual TLS with the pod's SVID at a port of its own, to which the Service leads then.
     * @default none
     */
    readonly proxy?: ProxyArgs | undefined;
    /**
     * Name of the PriorityClass of the pods.
     * @default none
     */
    readonly priorityClassName?: string;
}

const TERMINATION_SECONDS = 45;
/** How long a pod keeps serving after it has left the Service, so that no client meets a closed port. */
const DRAIN_SECONDS = 10;

/** What is wrong with the arguments, each under the name of its own; one line each. */
export function workloadFaults(
    args: Pick<WorkloadArgs, "port" | "metricsPort" | "writable" | "proxy" | "identity">,
): readonly string[] {
    return [
        ...(args.proxy === undefined ? [] : proxyFaults(args.proxy, args)),
        ...(args.proxy !== undefined && args.identity === undefined
            ? ["proxy needs an identity, whose socket it takes its SVID from"]
            : []),
        ...(["port", "metricsPort"] as const).flatMap((name) => {
            const port = args[name];
            return port !== undefined && port < 1024
                ? [`${name} is ${port}, which is privileged; a process that is not root can only bind from 1024 up`]
                : [];
        }),
        ...Object.keys(args.writable ?? {})
            .filter((path) => !/^\/[a-z]/.test(path))
            .map((path) => `writable names "${path}"; it must be an absolute path below the root directory`),
    ];
}

/** Name of the container port at which the workload serves its metrics. */
export function metricsPortName({ port, metricsPort }: Pick<WorkloadArgs, "port" | "metricsPort">): "http" | "metrics" {
    return metricsPort === undefined || metricsPort === port ? "http" : "metrics";
}

/** Labels that select the workload's pods; part of the Deployment's immutable selector. */
export function selectorLabels(app: string): Readonly<Record<string, string>> {
    return { app };
}

/** Where a Secret is mounted in the workload's pods. */
export function secretDirectory(secret: string): string {
    return `/etc/${secret}`;
}

/** The pod of the workload. */
export function podSpec(args: WorkloadArgs): k8s.types.input.core.v1.PodSpec {
    const writable = Object.entries(args.writable ?? { "/tmp": "64Mi" }).map(([path, size], index) => ({
        path,
        volume: { name: `writable-${index}`, emptyDir: { sizeLimit: size } },
    }));
    const secret = args.secretName;
    const metricsPort = metricsPortName(args);
    const proxy = proxyOf(args);
    const resources = resourceSettings.read(args.resources, "args.resources", []);
    return {
        serviceAccountName: args.app,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: TERMINATION_SECONDS,
        ...(args.priorityClassName !== undefined && { priorityClassName: args.priorityClassName }),
        securityContext: podSecurity(),
        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
            topologyKey,
            maxSkew: 1,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selectorLabels(args.app) },
        })),
        ...(proxy && { initContainers: [proxy.container] }),
        containers: [
            {
                name: args.app,
                ...pulled(args.image),
                ports: [
                    { name: "http", containerPort: args.port },
                    ...(args.metricsPort !== undefined && metricsPort === "metrics"
                        ? [{ name: metricsPort, containerPort: args.metricsPort }]
                        : []),
                ],
                ...(args.identity && { env: [...args.identity.env] }),
                securityContext: containerSecurity(),
                resources: {
                    requests: {
                        cpu: resources.cpuRequest,
                        memory: resources.memoryRequest,
                        "ephemeral-storage": "64Mi",
                    },
                    limits: {
                        cpu: resources.cpuLimit,
                        memory: resources.memoryLimit,
                        "ephemeral-storage": "256Mi",
                    },
                },
                startupProbe: {
                    httpGet: { path: args.metricsPath, port: metricsPort },
                    periodSeconds: 2,
                    failureThreshold: 60,
                },
                readinessProbe: {
                    httpGet: { path: args.metricsPath, port: metricsPort },
                    periodSeconds: 10,
                    timeoutSeconds: 3,
                },
                // Only whether the process still accepts connections: a slow answer must not restart every replica at once.
                livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 15, failureThreshold: 4 },
                lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
                volumeMounts: [
                    ...writable.map(({ path, volume }) => ({ name: volume.name, mountPath: path })),
                    ...(secret === undefined
                        ? []
                        : [{ name: "secret", mountPath: secretDirectory(secret), readOnly: true }]),
                    ...(args.identity?.volumeMounts ?? []),
                ],
            },
        ],
        volumes: [
            ...writable.map(({ volume }) => volume),
            ...(secret === undefined ? [] : [{ name: "secret", secret: { secretName: secret, defaultMode: 0o440 } }]),
            ...(args.identity?.volumes ?? []),
            ...(proxy?.volumes ?? []),
        ],
    };
}

/** What the proxy adds to the pod, where there is one. */
function proxyOf({ app, port, proxy, identity }: WorkloadArgs): ProxyParts | undefined {
    return proxy === undefined || identity === undefined ? undefined : proxyParts(app, port, identity, proxy);
}

/** The Service's port: the proxy's, where there is one, since nobody may go past it. */
function servicePort({ port, proxy }: WorkloadArgs): k8s.types.input.core.v1.ServicePort {
    // By number: that a name is one of a sidecar's not every part of a cluster knows.
    return proxy === undefined
        ? { name: "http", port, targetPort: "http" }
        : { name: "https", port: proxyPorts(proxy).tls, targetPort: proxyPorts(proxy).tls };
}

/**
 * A stateless workload, hardened: its own ServiceAccount without a token, non-root on a read-only file system, spread over
 * zones and nodes, scaled between bounds and never drained below its budget.
 *
 * Creates: ServiceAccount, Deployment, Service, PodDisruptionBudget, HorizontalPodAutoscaler and, with a proxy, the ConfigMap of
 * its configuration.
 */
export class Workload extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:workload:Workload";
    /** Name of the Service, in the workload's namespace. */
    public readonly serviceName: pulumi.Output<string>;

    constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Workload.__pulumiType, name, args, opts);
        const { replicas, resources } = args;
        const sizes = completed(this, name, sized, { replicas, resources });
        refuse(this, name, workloadFaults(args));
        const selector = selectorLabels(args.app);
        const labels = {
            ...selector,
            owner: args.owner,
            "app.kubernetes.io/name": args.app,
            "app.kubernetes.io/version": args.version,
            "app.kubernetes.io/part-of": pulumi.getProject(),
        };
        const metadata = { name: args.app, namespace: args.namespace, labels };

        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata, automountServiceAccountToken: false },
            { parent: this },
        );
        const proxy = proxyOf(args);
        const config =
            args.proxy === undefined
                ? []
                : [
                      new k8s.core.v1.ConfigMap(
                          `${name}-proxy`,
                          {
                              metadata: { ...metadata, name: proxyConfigName(args.app) },
                              data: proxyData(args.app, args.port, args.proxy),
                          },
                          { parent: this },
                      ),
                  ];
        const deployment = new k8s.apps.v1.Deployment(
            `${name}-deployment`,
            {
                metadata,
                spec: {
                    // No replicas: the autoscaler owns that field, and a value here would reset it on every update.
                    revisionHistoryLimit: 5,
                    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
                    selector: { matchLabels: selector },
                    template: {
                        metadata: {
                            labels: { ...args.labels, ...labels, ...args.identity?.labels },
                            ...((args.annotations ?? proxy) && {
                                annotations: { ...args.annotations, ...proxy?.annotations },
                            }),
                        },
                        spec: podSpec(args),
                    },
                },
            },
            { parent: this, dependsOn: [account, ...config] },
        );
        const service = new k8s.core.v1.Service(
            `${name}-service`,
            {
                metadata,
                spec: { type: "ClusterIP", selector, ports: [servicePort(args)] },
            },
            { parent: this },
        );
        new k8s.policy.v1.PodDisruptionBudget(
            `${name}-budget`,
            {
                metadata,
                spec: budgetSpec(selector),
            },
            { parent: this },
        );
        new k8s.autoscaling.v2.HorizontalPodAutoscaler(
            `${name}-autoscaler`,
            {
                metadata,
                spec: {
                    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: args.app },
                    minReplicas: sizes.replicas.minimum,
                    maxReplicas: sizes.replicas.maximum,
                    metrics: [
                        {
                            type: "Resource",
                            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
                        },
                    ],
                },
            },
            { parent: this, dependsOn: [deployment] },
        );

        this.serviceName = service.metadata.name;
        this.registerOutputs({ serviceName: this.serviceName });
    }
}
