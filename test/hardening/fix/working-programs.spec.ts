import assert from "node:assert/strict";

import { mend } from "../../../hardening/fix/fix";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { TODAY } from "../../support/cli";
import type { Manifest } from "../../support/controls";

const selected = selectControls(controls, "all");
const named = (spec: Manifest, metadata: Manifest = {}): Manifest => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec,
});
const one = (container: Manifest, spec: Manifest = {}, metadata?: Manifest): Manifest =>
    named({ containers: [{ name: "web", image: "web:1", ...container }], ...spec }, metadata);

/**
 * Manifests of programs that work as they are, and by something that a hardened pod would not have. Each may lose it only if its
 * owner asks for that, so that plain `fix` leaves the manifest as it is.
 */
const LEFT: Readonly<Record<string, Manifest>> = {
    "an init container that changes the owner of a volume": named({
        initContainers: [{ name: "own", image: "busybox:1.36", command: ["chown", "-R", "1000:1000", "/data"] }],
        containers: [{ name: "web", image: "web:1" }],
        securityContext: { fsGroup: 1000 },
    }),
    "an init container that changes settings of the kernel": named({
        initContainers: [
            {
                name: "sysctl",
                image: "busybox:1.36",
                command: ["sysctl", "-w", "vm.max_map_count=262144"],
                securityContext: { privileged: true, runAsUser: 0 },
            },
        ],
        containers: [{ name: "web", image: "web:1" }],
    }),
    "an image whose user has a name only": one({ image: "quay.io/prometheus/node-exporter:v1.9.0" }),
    "an image that starts as root and drops it": one({ image: "postgres:17", command: ["docker-entrypoint.sh"] }),
    "a group of a volume on the node": one(
        { volumeMounts: [{ name: "data", mountPath: "/data" }] },
        {
            securityContext: { fsGroup: 2000, supplementalGroups: [44] },
            volumes: [{ name: "data", hostPath: { path: "/srv/data" } }],
        },
    ),
    "a sidecar that reads a projected token": named({
        containers: [
            { name: "web", image: "web:1" },
            {
                name: "vault",
                image: "vault:1",
                volumeMounts: [{ name: "token", mountPath: "/var/run/secrets/tokens" }],
            },
        ],
        volumes: [
            {
                name: "token",
                projected: {
                    sources: [{ serviceAccountToken: { path: "vault", audience: "vault", expirationSeconds: 86400 } }],
                },
            },
        ],
    }),
    "a program that calls the API server by the token that every pod gets": one({
        command: ["kubectl", "get", "pods"],
    }),
    "a program that calls the API server by an account of its own": one({}, { serviceAccountName: "reader" }),
    "a probe that runs a shell": one({ livenessProbe: { exec: { command: ["sh", "-c", "ls /tmp/alive"] } } }),
    "a volume of which a part is mounted": one(
        { volumeMounts: [{ name: "conf", mountPath: "/etc/web/web.conf", subPath: "web.conf" }] },
        { volumes: [{ name: "conf", configMap: { name: "web" } }] },
    ),
    "a read-only root with a directory to write": one(
        {
            securityContext: { readOnlyRootFilesystem: true },
            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        },
        { volumes: [{ name: "tmp", emptyDir: {} }] },
    ),
    "a native sidecar that lets connections in": named({
        initContainers: [
            {
                name: "proxy",
                image: "proxy:1",
                restartPolicy: "Always",
                ports: [{ containerPort: 443 }],
                securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } },
            },
        ],
        containers: [{ name: "web", image: "web:1" }],
    }),
    "a pod of Windows by name": one({}, { os: { name: "windows" } }),
    "a pod of Windows by its nodes, with a user that Linux knows": one(
        { securityContext: { runAsUser: 1000 } },
        { nodeSelector: { "kubernetes.io/os": "windows" } },
    ),
    "a pod of Windows by affinity": one(
        { securityContext: { runAsUser: 1000 } },
        {
            affinity: {
                nodeAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: {
                        nodeSelectorTerms: [
                            { matchExpressions: [{ key: "kubernetes.io/os", operator: "In", values: ["windows"] }] },
                        ],
                    },
                },
            },
        },
    ),
    "a process of the node's own on Windows": one(
        {},
        {
            hostNetwork: true,
            securityContext: { windowsOptions: { hostProcess: true, runAsUserName: "NT AUTHORITY\\SYSTEM" } },
        },
    ),
    "a program whose file has a capability": one({
        securityContext: {
            runAsUser: 101,
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
        },
    }),
    "a program that pings": one({ command: ["ping", "db"], securityContext: { capabilities: { add: ["NET_RAW"] } } }),
    "a program that starts sudo": one({ command: ["sudo", "-u", "app", "app"] }),
    "a debugger of the container beside it": named({
        shareProcessNamespace: true,
        containers: [
            { name: "web", image: "web:1" },
            { name: "debug", image: "debug:1", securityContext: { capabilities: { add: ["SYS_PTRACE"] } } },
        ],
    }),
    "a browser, whose sandbox makes namespaces": one({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
    "a builder of images": one({
        securityContext: { seccompProfile: { type: "Unconfined" }, appArmorProfile: { type: "Unconfined" } },
    }),
    "an unmasked /proc in a user namespace": one({ securityContext: { procMount: "Unmasked" } }, { hostUsers: false }),
    "a mount that reaches the node's other mounts": one(
        {
            securityContext: { privileged: true },
            volumeMounts: [{ name: "pods", mountPath: "/var/lib/kubelet/pods", mountPropagation: "Bidirectional" }],
        },
        { volumes: [{ name: "pods", hostPath: { path: "/var/lib/kubelet/pods" } }] },
    ),
    "a daemon that reports the node's address": one(
        { ports: [{ containerPort: 9100, hostPort: 9100 }] },
        { hostNetwork: true, hostPID: true, tolerations: [{ operator: "Exists" }] },
    ),
    "a program that resolves names with few dots": one({}, { dnsConfig: { options: [{ name: "ndots", value: "5" }] } }),
    "an image that a node has and no registry": one({ imagePullPolicy: "Never" }),
    "a pod that lets what comes into it be root": one(
        { securityContext: { runAsUser: 1000, runAsNonRoot: true } },
        { securityContext: { runAsNonRoot: false } },
        { annotations: { "sidecar.istio.io/inject": "true" } },
    ),
    "a terminal": one({ stdin: true, tty: true }),
    "a lifecycle hook": one({ lifecycle: { preStop: { exec: { command: ["/bin/sleep", "5"] } } } }),
    "names that only the pod knows": one(
        {},
        { hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }], enableServiceLinks: true },
    ),
    "a load balancer": {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop" },
        spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
    },
    "a configuration that a program changes": {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "leader", namespace: "shop" },
        data: { leader: "a" },
    },
    "a webhook that may fail": {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "web" },
        webhooks: [
            {
                name: "web.example.org",
                failurePolicy: "Ignore",
                sideEffects: "None",
                admissionReviewVersions: ["v1"],
                clientConfig: { service: { name: "web", namespace: "shop" } },
                rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
            },
        ],
    },
    "a webhook of a version that lets failures pass where nothing is said": {
        apiVersion: "admissionregistration.k8s.io/v1beta1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "web" },
        webhooks: [{ name: "web.example.org", clientConfig: { url: "https://web.example.org" } }],
    },
    "a budget that picked no pod by an empty selector": {
        apiVersion: "policy/v1beta1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: "shop" },
        spec: { minAvailable: 1, selector: {} },
    },
};

/** What plain `fix` makes of a manifest. */
function mended(manifest: Manifest): Manifest {
    const text = JSON.stringify(manifest, undefined, 2);
    const { files } = mend([{ source: "web.json", text }], { selected, waivers: [], now: TODAY });
    return JSON.parse(files[0]?.after ?? "") as Manifest;
}

describe("plain fix", () => {
    for (const [what, manifest] of Object.entries(LEFT)) {
        it(`leaves ${what}`, () => assert.deepEqual(mended(manifest), manifest));
    }

    it("leaves them in every controller's template too", () => {
        const pods = Object.values(LEFT).filter(({ kind }) => kind === "Pod");
        assert.ok(pods.length >= 25);
        for (const { metadata, spec } of pods) {
            const { annotations } = metadata as { readonly annotations?: unknown };
            const template = { metadata: { labels: { app: "web" }, annotations }, spec };
            const deployment = {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "web", namespace: "shop" },
                spec: {
                    selector: { matchLabels: { app: "web" } },
                    template: JSON.parse(JSON.stringify(template)) as Manifest,
                },
            };
            assert.deepEqual(mended(deployment), deployment);
        }
    });

    it("says of a container whose user is named that it is not root, which changes nothing that it does", () => {
        const user = (runAsNonRoot?: boolean) =>
            one({ securityContext: { ...(runAsNonRoot !== undefined && { runAsNonRoot }), runAsUser: 1000 } });
        assert.deepEqual(mended(user()), user(true));
        assert.deepEqual(mended(user(false)), user(true));
    });
});
