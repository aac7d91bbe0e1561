import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { READ_AT_START_ANNOTATION } from "../policies/kubernetes/foundation";
import { amountOf } from "../policies/kubernetes/quantity";
import { pulled } from "./images/pull";
import { containerSecurity, podSecurity, type PodIdentity } from "./hardened";

type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;
type Probe = k8s.types.input.core.v1.Probe;

/** One of the foundation's own services, as far as it differs from the others. */
export interface ServiceSpec {
    /** Name of the Deployment, its container, its ServiceAccount and its `app.kubernetes.io/name`. */
    readonly app: string;
    readonly version: string;
    readonly image: string;
    readonly args: readonly string[];
    /**
     * How many replicas; spread over nodes.
     * @default 2
     */
    readonly replicas?: number;
    /** Ports by name. */
    readonly ports: Readonly<Record<string, number>>;
    readonly readiness: Probe;
    readonly liveness: Probe;
    /**
     * Gives the container a token for the API server, bound to the pod and renewed every hour.
     * @default false
     */
    readonly apiToken?: boolean;
    /**
     * Gives the pods a SPIFFE identity.
     * @default none
     */
    readonly identity?: PodIdentity;
    readonly env?: readonly k8s.types.input.core.v1.EnvVar[];
    readonly volumes?: readonly Volume[];
    readonly volumeMounts?: readonly VolumeMount[];
    readonly initContainers?: readonly k8s.types.input.core.v1.Container[];
    readonly resources: { readonly cpu: string; readonly memory: string };
    /**
     * Secrets that the program reads from files at its start only.
     * @default none: it reads them again
     */
    readonly readAtStart?: readonly string[];
    /** Annotations of the pods, e.g. the checksum of a configuration that is only read at start. */
    readonly annotations?: Readonly<Record<string, string>>;
    /**
     * Others give way to it when a node is full.
     * @default true
     */
    readonly critical?: boolean;
}

/** Team that answers for the foundation; the `owner` label of its objects. */
export const OWNER = "security-team";

/** Labels that select a service's pods. */
export function serviceSelector(app: string): Readonly<Record<string, string>> {
    return { "app.kubernetes.io/name": app };
}

/** Label of everything that belongs to the project. */
export function partOf(): Readonly<Record<string, string>> {
    return { "app.kubernetes.io/part-of": pulumi.getProject() };
}

/** Labels of a service's objects. */
export function serviceLabels(app: string, version: string): Readonly<Record<string, string>> {
    return {
        ...serviceSelector(app),
        "app.kubernetes.io/version": version,
        ...partOf(),
        owner: OWNER,
    };
}

/**
 * What a workload says of the Secrets that its program reads at its start only: for `hardening verify`, which finds a process that
 * goes by an older one, and for Stakater's Reloader, which restarts it where a cluster has that.
 */
export function readAtStart(secrets: readonly string[] = []): { annotations?: Readonly<Record<string, string>> } {
    const names = [...new Set(secrets)].sort().join();
    return names === ""
        ? {}
        : { annotations: { [READ_AT_START_ANNOTATION]: names, "secret.reloader.stakater.com/reload": names } };
}

/**
 * Requests and limits: the limits bound both, the requests are a quarter of the CPU and all of the memory.
 *
 * @param cpu a Kubernetes quantity of cores
 * @param memory a Kubernetes quantity of bytes
 * @throws RangeError where `cpu` is none
 */
export function resourcesOf(
    cpu: string,
    memory: string,
): Readonly<Record<"requests" | "limits", Record<"cpu" | "memory" | "ephemeral-storage", string>>> {
    const cores = amountOf(cpu);
    if (cores === undefined) {
        throw new RangeError(`cpu must be a Kubernetes quantity such as 250m or 0.5, found ${JSON.stringify(cpu)}`);
    }
    return {
        requests: { cpu: `${Math.ceil((cores * 1000) / 4)}m`, memory, "ephemeral-storage": "64Mi" },
        limits: { cpu, memory, "ephemeral-storage": "256Mi" },
    };
}

/** Where client libraries look for a token. */
export const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The volume that automounting would make, spelt out: only the container that calls the API server mounts it, and the
 * token lives for an hour.
 */
export function apiTokenVolume(): Volume {
    return {
        name: "api-token",
        projected: {
            defaultMode: 0o440,
            sources: [
                { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
                { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
                { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
            ],
        },
    };
}

/** A hardened Deployment: restricted pod security, two replicas on different nodes, probes, limits, read-only root. */
export function deploymentSpec(service: ServiceSpec): k8s.types.input.apps.v1.DeploymentSpec {
    const selector = serviceSelector(service.app);
    return {
        replicas: service.replicas ?? 2,
        revisionHistoryLimit: 5,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
        selector: { matchLabels: selector },
        template: {
            metadata: {
                labels: { ...serviceLabels(service.app, service.version), ...service.identity?.labels },
                ...(service.annotations && { annotations: service.annotations }),
            },
            spec: {
                serviceAccountName: service.app,
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                ...(service.critical !== false && { priorityClassName: "system-cluster-critical" }),
                securityContext: podSecurity(),
                topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
                    (topologyKey) => ({
                        topologyKey,
                        maxSkew: 1,
                        whenUnsatisfiable: "ScheduleAnyway",
                        labelSelector: { matchLabels: selector },
                    }),
                ),
                ...(service.initContainers && { initContainers: [...service.initContainers] }),
                containers: [container(service)],
                volumes: [
                    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
                    ...(service.apiToken === true ? [apiTokenVolume()] : []),
                    ...(service.identity?.volumes ?? []),
                    ...(service.volumes ?? []),
                ],
            },
        },
    };
}

function container(service: ServiceSpec): k8s.types.input.core.v1.Container {
    const env = [...(service.identity?.env ?? []), ...(service.env ?? [])];
    return {
        name: service.app,
        ...pulled(service.image),
        args: [...service.args],
        ...(env.length > 0 && { env }),
        ports: Object.entries(service.ports).map(([name, containerPort]) => ({ name, containerPort })),
        securityContext: containerSecurity(),
        resources: resourcesOf(service.resources.cpu, service.resources.memory),
        readinessProbe: service.readiness,
        livenessProbe: service.liveness,
        volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            ...(service.apiToken === true ? [{ name: "api-token", mountPath: TOKEN_PATH, readOnly: true }] : []),
            ...(service.identity?.volumeMounts ?? []),
            ...(service.volumeMounts ?? []),
        ],
    };
}
