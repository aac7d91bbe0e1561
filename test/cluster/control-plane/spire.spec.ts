import assert from "node:assert/strict";

import type { KubernetesObject } from "../harness/kubectl";
import { typeWarnings } from "../support/admission";
import { deployedStaging } from "../support/deployed";
import { apply, create, remove, type Answer } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";

type Body = Readonly<Record<string, unknown>>;

const POLICIES = [
    "spire-transitions",
    "spire-cluster-spiffe-ids",
    "spire-federated-trust-domains",
    "spire-host-access",
];
const DAEMON_SETS = "system:serviceaccount:kube-system:daemon-set-controller";

const bundle = (annotations: Readonly<Record<string, string>>): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "spire-bundle", namespace: "spire", annotations },
});

const DOMAIN = "x0tta6bl4.io/spire-trust-domain";
const LEAVING = "x0tta6bl4.io/spire-leaving-trust-domain";
const VERSION = "x0tta6bl4.io/spire-version";

const entry = (kind: string, name: string, spec: Body): KubernetesObject => ({
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind,
    metadata: { name },
    spec,
});

const pod = (spec: Body): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "probe", namespace: "spire" },
    spec: {
        containers: [
            {
                name: "probe",
                image: "registry.x0tta6bl4.io/probe:1.0.0",
                resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1m", memory: "1Mi" } },
            },
        ],
        ...spec,
    },
});

describeOnCluster("SPIRE's guards on a real API server", "control-plane", (cluster) => {
    before(async function () {
        this.timeout(300_000);
        await deployedStaging(cluster());
        await until("the API server enforces spire-host-access", async () => {
            const { message } = await create(cluster(), pod({ hostPID: true }), { dryRun: true });
            return message.includes("may use hostPID") || message;
        });
    });

    const dryRun = async (object: KubernetesObject, as?: string): Promise<Answer> =>
        create(cluster(), object, { dryRun: true, ...(as !== undefined && { as, groups: ["system:masters"] }) });
    const allowed = async (object: KubernetesObject, as?: string): Promise<void> => {
        const { accepted, message } = await dryRun(object, as);
        assert.ok(accepted, message);
    };
    const refused = async (object: KubernetesObject, words: string, as?: string): Promise<void> => {
        const { accepted, message } = await dryRun(object, as);
        assert.equal(accepted, false);
        assert.ok(message.includes(words), message);
    };

    it("has the expressions of every policy type-checked without a warning", async () => {
        assert.deepEqual(await typeWarnings(cluster(), POLICIES), []);
    });

    describe("the bundle's ConfigMap", () => {
        const annotate = async (annotations: Readonly<Record<string, string>>): Promise<Answer> =>
            apply(cluster(), bundle(annotations));

        before(async () => {
            await remove(cluster(), [bundle({})]);
            const { accepted, message } = await annotate({ [DOMAIN]: "a.x0tta6bl4.io", [VERSION]: "1.15.2" });
            assert.ok(accepted, message);
        });

        it("refuses another trust domain, and says what it would mean and how to confirm it", async () => {
            const { accepted, message } = await annotate({ [DOMAIN]: "b.x0tta6bl4.io", [VERSION]: "1.15.2" });
            assert.equal(accepted, false);
            assert.ok(
                message.includes(
                    "The trust domain would change from a.x0tta6bl4.io to b.x0tta6bl4.io. Every identity would be re-issued and every peer that trusts the old name would refuse its workloads. To confirm, set spire.leavingTrustDomain to a.x0tta6bl4.io.",
                ),
                message,
            );
        });

        it("refuses a confirmation that names another trust domain, and the loss of the annotation", async () => {
            const other = await annotate({
                [DOMAIN]: "b.x0tta6bl4.io",
                [VERSION]: "1.15.2",
                [LEAVING]: "c.x0tta6bl4.io",
            });
            assert.ok(other.message.includes("The trust domain would change"), other.message);
            const lost = await annotate({ [VERSION]: "1.15.2" });
            assert.ok(lost.message.includes("must stay"), lost.message);
        });

        it("refuses a skipped minor release in either direction, and takes the next one", async () => {
            for (const version of ["1.17.0", "1.13.5", "2.15.2"]) {
                const { message } = await annotate({ [DOMAIN]: "a.x0tta6bl4.io", [VERSION]: version });
                assert.ok(message.includes(`SPIRE would go from 1.15.2 to ${version}.`), message);
            }
            const { accepted, message } = await annotate({ [DOMAIN]: "a.x0tta6bl4.io", [VERSION]: "1.16.0" });
            assert.ok(accepted, message);
        });

        it("lets the server write the bundle itself", async () => {
            const patch = [
                "patch",
                "configmap",
                "spire-bundle",
                "-n",
                "spire",
                "--type=merge",
                "-p",
                '{"data":{"bundle.crt":"pem"}}',
            ];
            const { code, stderr } = await cluster().kubectl.try(patch);
            assert.equal(code, 0, stderr);
        });

        it("takes a confirmed change", async () => {
            const { accepted, message } = await annotate({
                [DOMAIN]: "b.x0tta6bl4.io",
                [VERSION]: "1.16.0",
                [LEAVING]: "a.x0tta6bl4.io",
            });
            assert.ok(accepted, message);
        });
    });

    describe("registration entries", () => {
        const scoped = {
            spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/web",
            podSelector: { matchLabels: { app: "web" } },
            ttl: "30m",
            jwtTtl: "5m",
            federatesWith: ["partner.io"],
        };

        it("are taken where they select something", async () => {
            await allowed(entry("ClusterSPIFFEID", "web", scoped));
            await allowed(
                entry("ClusterStaticEntry", "edge", {
                    spiffeID: "spiffe://a/b",
                    parentID: "spiffe://a/c",
                    selectors: ["unix:uid:1"],
                }),
            );
        });

        it("are refused where every pod would get the identity, or a field is malformed", async () => {
            const rest = Object.fromEntries(Object.entries(scoped).filter(([key]) => key !== "podSelector"));
            await refused(entry("ClusterSPIFFEID", "web", rest), "every pod of the cluster would get the identity");
            await refused(
                entry("ClusterSPIFFEID", "web", { ...scoped, podSelector: {} }),
                "every pod of the cluster would get the identity",
            );
            await refused(
                entry("ClusterSPIFFEID", "web", { ...scoped, spiffeIDTemplate: "web" }),
                "must start with spiffe://",
            );
            await refused(entry("ClusterSPIFFEID", "web", { ...scoped, ttl: "1d" }), "spec.ttl must be a duration");
            await refused(
                entry("ClusterSPIFFEID", "web", { ...scoped, federatesWith: ["Partner"] }),
                "names of trust domains",
            );
            await refused(
                entry("ClusterStaticEntry", "edge", { spiffeID: "spiffe://a/b" }),
                "spec.parentID: Required value",
            );
        });

        it("of foreign trust domains are verified by what their profile needs", async () => {
            const domain = (spec: Body): KubernetesObject =>
                entry("ClusterFederatedTrustDomain", "partner", {
                    trustDomain: "partner.io",
                    bundleEndpointURL: "https://spire.partner.io:8443",
                    bundleEndpointProfile: { type: "https_web" },
                    ...spec,
                });
            await allowed(domain({}));
            await refused(domain({ bundleEndpointURL: "http://spire.partner.io" }), "must be an https URL");
            await refused(domain({ bundleEndpointURL: "https://u:p@spire.partner.io" }), "must be an https URL");
            await refused(domain({ bundleEndpointProfile: { type: "https_spiffe" } }), "must be a SPIFFE ID");
            await refused(
                domain({ bundleEndpointProfile: { type: "https_web", endpointSPIFFEID: "spiffe://x/y" } }),
                "has no meaning",
            );
            await refused(domain({ bundleEndpointProfile: { type: "other" } }), "Unsupported value");
        });
    });

    describe("host access", () => {
        const socket = { name: "s", hostPath: { path: "/run/spire/agent-sockets" } };
        const agent = { serviceAccountName: "spire-agent", hostPID: true, volumes: [socket] };

        before(async () => {
            for (const name of ["default", "spire-agent", "spiffe-csi-driver"]) {
                await cluster().kubectl.apply([
                    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "spire" } },
                ]);
            }
        });

        it("is for the agent and the driver, started by the DaemonSet controller", async () => {
            await allowed(pod(agent), DAEMON_SETS);
            await allowed(pod({ serviceAccountName: "spiffe-csi-driver", volumes: [socket] }), DAEMON_SETS);
            await allowed(pod({}));
        });

        it("is refused to everybody who only names the agent's account", async () => {
            await refused(
                pod(agent),
                "only the DaemonSet controller may start pods of the service account spire-agent",
            );
        });

        it("is refused beyond what each needs", async () => {
            await refused(pod({ hostPID: true }), "only the service account spire-agent may use hostPID");
            await refused(pod({ ...agent, hostNetwork: true }), "nothing may use hostNetwork", DAEMON_SETS);
            await refused(
                pod({ volumes: [{ name: "etc", hostPath: { path: "/etc" } }] }),
                "the service account default may not mount these directories of the node: /etc",
            );
            await refused(
                pod({ ...agent, volumes: [{ name: "etc", hostPath: { path: "/etc" } }] }),
                "the service account spire-agent may not mount",
                DAEMON_SETS,
            );
            const [container] = (pod({})["spec"] as { containers: [Body] }).containers;
            await refused(
                pod({ containers: [{ ...container, securityContext: { privileged: true } }] }),
                "may be privileged",
            );
        });

        it("is refused in workloads before they make pods", async () => {
            const template = {
                metadata: { labels: { app: "x" } },
                spec: { ...(pod({ hostPID: true })["spec"] as Body) },
            };
            const metadata = { name: "x", namespace: "spire" };
            const selector = { matchLabels: { app: "x" } };
            const message = "only the service account spire-agent may use hostPID";
            await refused(
                { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector, template } },
                message,
            );
            const jobTemplate = {
                spec: { template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } },
            };
            await refused(
                { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { schedule: "@daily", jobTemplate } },
                message,
            );
        });
    });
});
