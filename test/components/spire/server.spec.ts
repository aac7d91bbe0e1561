import assert from "node:assert/strict";

import { SpireServer } from "../../../components/spire/server";
import { serverPodSpec } from "../../../components/spire/server-pod";
import { managerClusterRules, SERVER_CLUSTER_RULES, serverRules } from "../../../components/spire/server-rights";
import type { Deployed } from "../../support/deploy";
import { deploy } from "../../support/deploy";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../support/restricted";
import type { Raw } from "../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const { images } = SURROUNDINGS;

const serverOf = (over: Raw = {}): Promise<Deployed> =>
    deploy(() => new SpireServer("spire", { settings: spireOf(over), images }));

/** The pod as it is sent, without what is undefined. */
const podOf = (over: Raw = {}): Pod => JSON.parse(JSON.stringify(serverPodSpec(spireOf(over), images))) as Pod;

interface Pod extends Raw {
    readonly containers: readonly [Raw, Raw];
    readonly volumes: readonly Raw[];
}

const named = (entries: unknown, name: string): unknown =>
    (entries as readonly { name: string }[]).find((entry) => entry.name === name);

const VAULT = { address: "https://vault.x0tta6bl4.io", trustAnchor: { secret: "vault", key: "root.pem" } };
const STATEFUL_SET = ["kubernetes:apps/v1:StatefulSet", "spire-servers"] as const;

describe("SpireServer", () => {
    it("runs servers that keep their volume when they are deleted or scaled down", async () => {
        const spec = (await serverOf()).inputs(...STATEFUL_SET)["spec"] as Raw;
        assert.equal(spec["replicas"], 1);
        assert.equal(spec["podManagementPolicy"], "Parallel");
        assert.deepEqual(spec["persistentVolumeClaimRetentionPolicy"], { whenDeleted: "Retain", whenScaled: "Retain" });
        assert.deepEqual(spec["volumeClaimTemplates"], [
            {
                metadata: { name: "spire-data", labels: { "app.kubernetes.io/name": "spire-server" } },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
            },
        ]);
    });

    it("takes replicas from the settings, and a claim for each, protected, of the size and class that are set", async () => {
        const server = {
            replicas: 3,
            dataStore: POSTGRES,
            egress: DATABASE_EGRESS,
            storage: { size: "5Gi", className: "encrypted" },
        };
        const deployed = await serverOf({ server });
        assert.equal((deployed.inputs(...STATEFUL_SET)["spec"] as Raw)["replicas"], 3);
        for (const ordinal of [0, 1, 2]) {
            const known = ["kubernetes:core/v1:PersistentVolumeClaim", `spire-data-${ordinal}`] as const;
            assert.equal(deployed.one(...known).protect, true);
            const claim = deployed.inputs(...known);
            assert.equal((claim["metadata"] as Raw)["name"], `spire-data-spire-server-${ordinal}`);
            assert.deepEqual(claim["spec"], {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "encrypted",
                resources: { requests: { storage: "5Gi" } },
            });
        }
    });

    it("leaves the template of the claims as it is when their size or class is another", async () => {
        const templateOf = async (storage: Raw): Promise<unknown> => {
            const server = { replicas: 1, dataStore: { type: "sqlite" }, storage };
            return ((await serverOf({ server })).inputs(...STATEFUL_SET)["spec"] as Raw)["volumeClaimTemplates"];
        };
        assert.deepEqual(await templateOf({ size: "50Gi", className: "fast" }), await templateOf({ size: "1Gi" }));
    });

    it("makes new pods when the configuration changes, and only then", async () => {
        const checksum = async (over: Raw): Promise<unknown> => {
            const { template } = (await serverOf(over)).inputs(...STATEFUL_SET)["spec"] as {
                template: { metadata: { annotations: Raw } };
            };
            return template.metadata.annotations["x0tta6bl4.io/config-checksum"];
        };
        const [first, same, changed, manager] = [
            await checksum({}),
            await checksum({ server: { storage: { size: "9Gi" } } }),
            await checksum({ server: { caTtl: "48h" } }),
            await checksum({ controllerManager: { logLevel: "debug" } }),
        ];
        assert.match(String(first), /^[0-9a-f]{64}$/);
        assert.equal(same, first);
        assert.notEqual(changed, first);
        assert.notEqual(manager, first);
    });

    it("satisfies the restricted standard in every container", () => {
        const pod = podOf();
        assert.deepEqual(pod["securityContext"], RESTRICTED_POD);
        assert.deepEqual(
            pod.containers.map(({ name, securityContext }) => [name, securityContext]),
            ["spire-server", "spire-controller-manager"].map((name) => [name, RESTRICTED_CONTAINER]),
        );
        for (const field of ["hostPID", "hostNetwork", "hostIPC"]) {
            assert.equal(field in pod, false, field);
        }
        assert.deepEqual(
            pod.volumes.filter((volume) => "hostPath" in volume),
            [],
        );
    });

    it("gives the API token to containers that mount it, for an hour, and to nobody by default", async () => {
        const pod = podOf();
        assert.equal(pod["automountServiceAccountToken"], false);
        assert.deepEqual(named(pod.volumes, "api-access"), {
            name: "api-access",
            projected: {
                defaultMode: 0o440,
                sources: [
                    { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
                    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
                    {
                        downwardAPI: {
                            items: [
                                { path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
                            ],
                        },
                    },
                ],
            },
        });
        const account = (await serverOf()).inputs("kubernetes:core/v1:ServiceAccount", "spire-rights-account");
        assert.equal(account["automountServiceAccountToken"], false);
    });

    it("shares the processes of the pod only for the audit log", () => {
        assert.equal(podOf()["shareProcessNamespace"], true);
        assert.equal(podOf({ server: { auditLog: false } })["shareProcessNamespace"], false);
    });

    it("waits five minutes for a start before it judges the servers", () => {
        const [server] = podOf().containers;
        assert.deepEqual(server["startupProbe"], {
            httpGet: { path: "/ready", port: "health" },
            periodSeconds: 5,
            failureThreshold: 60,
        });
        assert.deepEqual(server["livenessProbe"], {
            httpGet: { path: "/live", port: "health" },
            periodSeconds: 30,
            timeoutSeconds: 5,
            failureThreshold: 4,
        });
        assert.deepEqual(server["readinessProbe"], {
            httpGet: { path: "/ready", port: "health" },
            periodSeconds: 10,
            timeoutSeconds: 5,
        });
    });

    it("hands the database's password to PostgreSQL's own variable, by reference", () => {
        const [server] = podOf({ server: { replicas: 3, dataStore: POSTGRES, egress: DATABASE_EGRESS } }).containers;
        assert.deepEqual(server["env"], [
            { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "spire-database", key: "password" } } },
        ]);
        assert.deepEqual(server["args"], ["-config", "/run/spire/config/server.conf"]);
        assert.deepEqual(named(server["volumeMounts"], "database-ca"), {
            name: "database-ca",
            mountPath: "/run/spire/tls/database-ca",
            readOnly: true,
        });
    });

    it("expands the environment only for MySQL, whose driver reads no variable", () => {
        const dataStore = { ...POSTGRES, type: "mysql", clientCertificate: "db-client" };
        const pod = podOf({ server: { replicas: 3, dataStore, egress: DATABASE_EGRESS } });
        const [server] = pod.containers;
        assert.deepEqual(server["args"], ["-config", "/run/spire/config/server.conf", "-expandEnv"]);
        assert.deepEqual(server["env"], [
            {
                name: "SPIRE_DATABASE_PASSWORD",
                valueFrom: { secretKeyRef: { name: "spire-database", key: "password" } },
            },
        ]);
        assert.deepEqual(named(pod.volumes, "database-client"), {
            name: "database-client",
            secret: { secretName: "db-client", defaultMode: 0o440 },
        });
        assert.deepEqual(named(pod.volumes, "database-ca"), {
            name: "database-ca",
            configMap: { name: "database-ca", defaultMode: 0o440, items: [{ key: "ca.crt", path: "ca.crt" }] },
        });
    });

    it("logs in to Vault with a short token of its own audience, or with an AppRole by reference", () => {
        const kubernetes = podOf({
            server: {
                keyManager: { type: "vault", ...VAULT, auth: { method: "kubernetes", role: "spire" } },
                egress: DATABASE_EGRESS,
            },
        });
        assert.deepEqual(named(kubernetes.volumes, "key-manager-token"), {
            name: "key-manager-token",
            projected: {
                defaultMode: 0o440,
                sources: [{ serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 600 } }],
            },
        });
        assert.deepEqual(named(kubernetes.volumes, "key-manager-ca"), {
            name: "key-manager-ca",
            secret: { secretName: "vault", defaultMode: 0o440, items: [{ key: "root.pem", path: "ca.crt" }] },
        });
        const auth = { method: "appRole", roleId: { secret: "a", key: "i" }, secretId: { secret: "a", key: "s" } };
        const [server] = podOf({
            server: { upstreamAuthority: { type: "vault", ...VAULT, auth }, egress: DATABASE_EGRESS },
        }).containers;
        assert.deepEqual(server["env"], [
            { name: "VAULT_APPROLE_ID", valueFrom: { secretKeyRef: { name: "a", key: "i" } } },
            { name: "VAULT_APPROLE_SECRET_ID", valueFrom: { secretKeyRef: { name: "a", key: "s" } } },
        ]);
    });

    it("reaches an upstream SPIRE through another CSI driver", () => {
        const pod = podOf({
            server: { upstreamAuthority: { type: "spire", address: "root.x0tta6bl4.io" }, egress: DATABASE_EGRESS },
        });
        assert.deepEqual(named(pod.volumes, "upstream-socket"), {
            name: "upstream-socket",
            csi: { driver: "upstream.csi.spiffe.io", readOnly: true },
        });
        assert.deepEqual(named(pod.containers[0]["volumeMounts"], "upstream-socket"), {
            name: "upstream-socket",
            mountPath: "/run/spire/upstream",
            readOnly: true,
        });
    });

    it("mounts everything a plugin reads", () => {
        const anchor = (configMap: string): Raw => ({ configMap, key: "ca.crt" });
        const pod = podOf({
            server: {
                upstreamAuthority: { type: "disk", secret: "root" },
                nodeAttestors: [
                    { type: "x509pop", mode: "externalPki", trustAnchor: anchor("nodes") },
                    { type: "tpmDevid", devidTrustAnchor: anchor("devid"), endorsementTrustAnchor: anchor("tpm") },
                ],
                bundleEndpoint: {
                    profile: { type: "https_web", certificate: { secret: "web" } },
                    clients: ["192.0.2.1/32"],
                },
            },
        });
        const [server] = pod.containers;
        const mounts = (server["volumeMounts"] as { name: string; mountPath: string }[]).map(({ name }) => name);
        const volumes = pod.volumes.map(({ name }) => name);
        for (const name of ["upstream-ca", "x509pop-ca", "devid-ca", "endorsement-ca", "bundle-endpoint"]) {
            assert.ok(mounts.includes(name), name);
            assert.ok(volumes.includes(name), name);
        }
    });

    it("offers the server's port, and those of federation and webhook where they are used", async () => {
        const services = (deployed: Deployed): readonly string[] =>
            deployed
                .list()
                .filter(([type]) => type === "kubernetes:core/v1:Service")
                .map(([, name]) => name);
        assert.deepEqual(services(await serverOf()), ["spire-service"]);
        const all = await serverOf({
            server: { bundleEndpoint: { profile: { type: "https_spiffe" }, clients: ["192.0.2.1/32"] } },
            controllerManager: { validation: "webhook" },
        });
        assert.deepEqual(services(all), ["spire-federation", "spire-service", "spire-webhook"]);
        assert.deepEqual((all.inputs("kubernetes:core/v1:Service", "spire-webhook")["spec"] as Raw)["ports"], [
            { name: "webhook", port: 443, targetPort: 9443 },
        ]);
        const { template } = all.inputs(...STATEFUL_SET)["spec"] as { template: { spec: Pod } };
        assert.deepEqual(template.spec.containers[1]["env"], []);
        assert.deepEqual(podOf().containers[1]["env"], [{ name: "ENABLE_WEBHOOKS", value: "false" }]);
    });

    it("asks for no more rights than its work needs", () => {
        const settings = spireOf();
        assert.deepEqual(SERVER_CLUSTER_RULES, [
            { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
            { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get"] },
        ]);
        assert.deepEqual(serverRules(settings), [
            { apiGroups: [""], resources: ["configmaps"], resourceNames: ["spire-bundle"], verbs: ["get", "patch"] },
        ]);
        const resources = managerClusterRules(settings).flatMap((rule) => rule.resources);
        assert.deepEqual(
            resources.filter((resource) => /secrets|configmaps|webhook|roles|\*/.test(resource)),
            [],
        );
        const verbs = managerClusterRules(settings).flatMap((rule) => rule.verbs);
        assert.deepEqual([...new Set(verbs)].sort(), ["get", "list", "patch", "update", "watch"]);
    });

    it("asks for certificates of cert-manager and for its webhook's configuration only where they are used", () => {
        const settings = spireOf({
            server: { upstreamAuthority: { type: "certManager", issuer: "root" } },
            controllerManager: { validation: "webhook" },
        });
        assert.deepEqual(serverRules(settings)[1], {
            apiGroups: ["cert-manager.io"],
            resources: ["certificaterequests"],
            verbs: ["get", "list", "create", "delete"],
        });
        assert.deepEqual(managerClusterRules(settings).slice(-2), [
            {
                apiGroups: ["admissionregistration.k8s.io"],
                resources: ["validatingwebhookconfigurations"],
                resourceNames: ["spire-controller-manager-webhook"],
                verbs: ["get", "patch"],
            },
            {
                apiGroups: ["admissionregistration.k8s.io"],
                resources: ["validatingwebhookconfigurations"],
                verbs: ["list", "watch"],
            },
        ]);
    });
});
