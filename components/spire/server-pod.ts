import type * as k8s from "@pulumi/kubernetes";

import type { Images } from "../images";
import { pulled } from "../images/pull";
import { containerSecurity, podSecurity } from "../workload";
import { MYSQL_PASSWORD_VARIABLE, needsExpansion, POSTGRES_PASSWORD_VARIABLE } from "./config/data-store";
import { UPSTREAM_SOCKET_DIR } from "./config/server-plugins";
import { CONTROLLER_MANAGER, PORTS, SERVER, SERVER_PATHS } from "./layout";
import type { Material } from "./material";
import { serverMaterial, vaultTokens } from "./material";
import type { SecretKeyRef, SpireSettings } from "./model";
import { API_ACCESS_DIR, apiAccess, healthProbes, resources, scratch, selectorOf } from "./pods";

type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** Key of server.conf in its ConfigMap. */
export const SERVER_CONF = "server.conf";
/** Key of the controller manager's file in the same ConfigMap. */
export const MANAGER_CONF = "controller-manager.json";
/** Claim of each server's volume. */
export const DATA_CLAIM = "spire-data";

/** Where the manager's configuration is mounted. */
const MANAGER_DIR = "/run/spire/controller-manager";
/** Lifetime of a token for Vault. */
const VAULT_TOKEN_SECONDS = 600;

/** The pod of a server and its controller manager. It satisfies the Pod Security Standard `restricted`. */
export function serverPodSpec(settings: SpireSettings, images: Images): PodSpec {
    return {
        serviceAccountName: SERVER,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: SERVER,
        terminationGracePeriodSeconds: 30,
        securityContext: podSecurity(),
        // The audit log looks the caller of the admin socket up in /proc; in a PID namespace of its own the manager would
        // have no PID there, and SPIRE would refuse its connection.
        shareProcessNamespace: settings.server.auditLog,
        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
            topologyKey,
            maxSkew: 1,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selectorOf(SERVER) },
        })),
        affinity: {
            podAntiAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                    {
                        weight: 100,
                        podAffinityTerm: {
                            topologyKey: "kubernetes.io/hostname",
                            labelSelector: { matchLabels: selectorOf(SERVER) },
                        },
                    },
                ],
            },
        },
        containers: [serverContainer(settings, images), managerContainer(settings, images)],
        volumes: [
            { name: "config", configMap: { name: SERVER, items: [{ key: SERVER_CONF, path: SERVER_CONF }] } },
            { name: "manager-config", configMap: { name: SERVER, items: [{ key: MANAGER_CONF, path: MANAGER_CONF }] } },
            scratch("admin-socket", "1Mi"),
            scratch("tmp", "64Mi"),
            scratch("manager-tmp", "16Mi"),
            apiAccess("api-access"),
            ...serverMaterial(settings).map(materialVolume),
            ...vaultTokens(settings).map(({ name, audience }) => ({
                name,
                projected: {
                    defaultMode: 0o440,
                    sources: [
                        { serviceAccountToken: { path: "token", audience, expirationSeconds: VAULT_TOKEN_SECONDS } },
                    ],
                },
            })),
            ...upstreamVolumes(settings),
        ],
    };
}

function serverContainer(settings: SpireSettings, images: Images): Container {
    const federated = settings.server.bundleEndpoint !== undefined;
    return {
        name: SERVER,
        ...pulled(images.ref("spire-server")),
        args: [
            "-config",
            `${SERVER_PATHS.config}/${SERVER_CONF}`,
            ...(needsExpansion(settings.server.dataStore) ? ["-expandEnv"] : []),
        ],
        env: serverEnvironment(settings),
        ports: [
            { name: "grpc", containerPort: PORTS.server },
            { name: "health", containerPort: PORTS.serverHealth },
            { name: "metrics", containerPort: PORTS.metrics },
            ...(federated ? [{ name: "federation", containerPort: PORTS.federation }] : []),
        ],
        securityContext: containerSecurity(),
        resources: resources({ cpu: "200m", memory: "256Mi" }, { cpu: "2", memory: "1Gi" }),
        ...healthProbes("health"),
        volumeMounts: [
            { name: "config", mountPath: SERVER_PATHS.config, readOnly: true },
            { name: DATA_CLAIM, mountPath: SERVER_PATHS.data },
            { name: "tmp", mountPath: "/tmp" },
            { name: "admin-socket", mountPath: SERVER_PATHS.socketDir },
            { name: "api-access", mountPath: API_ACCESS_DIR, readOnly: true },
            ...serverMaterial(settings).map(({ name, directory }) => readOnly(name, directory)),
            ...vaultTokens(settings).map(({ name }) => readOnly(name, `${SERVER_PATHS.tls}/${name}`)),
            ...upstreamVolumes(settings).map(({ name }) => readOnly(name as string, UPSTREAM_SOCKET_DIR)),
        ],
    };
}

function managerContainer(settings: SpireSettings, images: Images): Container {
    const webhook = settings.controllerManager.validation === "webhook";
    const probe = (path: string): k8s.types.input.core.v1.Probe => ({ httpGet: { path, port: "manager-health" } });
    return {
        name: CONTROLLER_MANAGER,
        ...pulled(images.ref("spire-controller-manager")),
        args: [`--config=${MANAGER_DIR}/${MANAGER_CONF}`],
        env: webhook ? [] : [{ name: "ENABLE_WEBHOOKS", value: "false" }],
        ports: [
            { name: "manager-metrics", containerPort: PORTS.managerMetrics },
            { name: "manager-health", containerPort: PORTS.managerHealth },
            ...(webhook ? [{ name: "webhook", containerPort: PORTS.webhook }] : []),
        ],
        securityContext: containerSecurity(),
        resources: resources({ cpu: "50m", memory: "64Mi" }, { cpu: "500m", memory: "512Mi" }),
        startupProbe: { ...probe("/healthz"), periodSeconds: 5, failureThreshold: 60 },
        livenessProbe: { ...probe("/healthz"), periodSeconds: 20, timeoutSeconds: 5 },
        readinessProbe: { ...probe("/readyz"), periodSeconds: 10, timeoutSeconds: 5 },
        volumeMounts: [
            readOnly("manager-config", MANAGER_DIR),
            { name: "manager-tmp", mountPath: "/tmp" },
            // Connecting to the socket is a write to its inode, which a read-only mount still allows.
            readOnly("admin-socket", SERVER_PATHS.socketDir),
            readOnly("api-access", API_ACCESS_DIR),
        ],
    };
}

function readOnly(name: string, mountPath: string): VolumeMount {
    return { name, mountPath, readOnly: true };
}

function materialVolume({ name, source }: Material): Volume {
    const defaultMode = 0o440;
    if ("tlsSecret" in source) {
        return { name, secret: { secretName: source.tlsSecret, defaultMode } };
    }
    const items = [{ key: source.key, path: "ca.crt" }];
    return "secret" in source
        ? { name, secret: { secretName: source.secret, defaultMode, items } }
        : { name, configMap: { name: source.configMap, defaultMode, items } };
}

function upstreamVolumes({ server }: SpireSettings): readonly Volume[] {
    const upstream = server.upstreamAuthority;
    return upstream.type === "spire"
        ? [{ name: "upstream-socket", csi: { driver: upstream.csiDriver, readOnly: true } }]
        : [];
}

/** Credentials reach the server by reference: the program, its state and the ConfigMap never hold one. */
function serverEnvironment({ server }: SpireSettings): EnvVar[] {
    const { dataStore, keyManager, upstreamAuthority } = server;
    const vault = [keyManager, upstreamAuthority].find((user) => user.type === "vault");
    const auth = vault?.type === "vault" ? vault.auth : undefined;
    return [
        ...(dataStore.type === "postgres" ? [fromSecret(POSTGRES_PASSWORD_VARIABLE, dataStore.password)] : []),
        ...(dataStore.type === "mysql" ? [fromSecret(MYSQL_PASSWORD_VARIABLE, dataStore.password)] : []),
        ...(auth?.method === "appRole"
            ? [fromSecret("VAULT_APPROLE_ID", auth.roleId), fromSecret("VAULT_APPROLE_SECRET_ID", auth.secretId)]
            : []),
    ];
}

/** Secrets that the server has in its environment, which a running process never gets anew. */
export function secretVariables(settings: SpireSettings): readonly string[] {
    return serverEnvironment(settings).flatMap(({ valueFrom }) => {
        const { secretKeyRef } = (valueFrom ?? {}) as { secretKeyRef?: { name: string } };
        return secretKeyRef?.name ?? [];
    });
}

function fromSecret(name: string, { secret, key }: SecretKeyRef): EnvVar {
    return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
