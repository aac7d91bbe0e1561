import assert from "node:assert/strict";

import { Compliance } from "../../../components/compliance/compliance";
import { clusterRules, COMPLIANCE, LOG_RULES, PROMETHEUS_RULES } from "../../../components/compliance/rights";
import type { ComplianceSettings } from "../../../components/compliance/settings";
import { complianceSettings } from "../../../components/compliance/settings";
import { complianceFlows } from "../../../components/compliance/specs";
import { podSecurity } from "../../../components/hardened";
import { Images, imageSettings } from "../../../components/images";
import { policySpecs } from "../../../components/network/flows";
import { COMMANDS } from "../../../hardening/commands";
import { deploy, refusalOf } from "../../support/deploy";
import { SURROUNDINGS } from "../../support/surroundings";

const DIGEST = `sha256:${"c".repeat(64)}`;
const images = new Images(imageSettings.read({ overrides: { compliance: { digest: DIGEST } } }, "images", []));
const CRON_JOB = "kubernetes:batch/v1:CronJob";

function settings(over: object = { gateway: {} }): ComplianceSettings {
    const faults: string[] = [];
    const read = complianceSettings.read(over, "compliance", faults);
    assert.deepEqual(faults, []);
    return read;
}

const argsOf = (over: object = { gateway: {} }) => ({
    ...SURROUNDINGS,
    ...{ images, settings: settings(over), namespaces: ["shop", "spire"] },
});

interface Pod {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: object;
    readonly containers: readonly [
        {
            readonly image: string;
            readonly args: readonly string[];
            readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
        },
    ];
    readonly volumes: readonly { readonly name: string }[];
}

type Rule = Readonly<
    Partial<Record<"apiGroups" | "resources" | "resourceNames" | "nonResourceURLs", readonly string[]>> &
        Record<"verbs", readonly string[]>
>;

async function podOf(over: object): Promise<Pod> {
    const deployed = await deploy(() => new Compliance("compliance", argsOf(over)));
    const { spec } = deployed.inputs(CRON_JOB, "compliance-job") as unknown as {
        spec: { jobTemplate: { spec: { template: { spec: Pod } } } };
    };
    return spec.jobTemplate.spec.template.spec;
}

describe("Compliance", () => {
    it("creates exactly an account, rights, flows, a claim and a job", async () => {
        const deployed = await deploy(() => new Compliance("compliance", argsOf()));
        const made = deployed.list().map(([type, name]) => `${type.split(":").at(-1) ?? ""} ${name}`);
        assert.deepEqual(
            made
                .filter((line) => !/^(?:AllowedFlows|NetworkPolicy|Compliance|ClusterRights|LocalRights) /.test(line))
                .sort(),
            [
                "ClusterRole compliance-cluster-rights-role",
                "ClusterRoleBinding compliance-cluster-rights-binding",
                "CronJob compliance-job",
                "PersistentVolumeClaim compliance-history",
                "Role compliance-prometheus-role",
                "Role compliance-shop-logs-role",
                "Role compliance-spire-logs-role",
                "RoleBinding compliance-prometheus-binding",
                "RoleBinding compliance-shop-logs-binding",
                "RoleBinding compliance-spire-logs-binding",
                "ServiceAccount compliance-account",
            ],
        );
    });

    it("may list, ask, and read logs and Prometheus: no Secrets, no shell, no change, nothing wild", () => {
        const rules = [...clusterRules(settings()), ...LOG_RULES, ...PROMETHEUS_RULES];
        const told = rules.map((rule) => {
            const { apiGroups = [], resources, resourceNames, nonResourceURLs, verbs } = rule as unknown as Rule;
            const what = (nonResourceURLs ?? resources ?? []).join(" ");
            const of = apiGroups.join() === "" ? "" : ` of ${apiGroups.join()}`;
            return `${verbs.join()} ${what}${of}${resourceNames === undefined ? "" : ` named ${resourceNames.join(" ")}`}`;
        });
        assert.deepEqual(told, [
            "list configmaps endpoints limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers resourcequotas serviceaccounts services",
            "list mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations of admissionregistration.k8s.io",
            "list customresourcedefinitions of apiextensions.k8s.io",
            "list apiservices of apiregistration.k8s.io",
            "list daemonsets deployments replicasets statefulsets of apps",
            "list horizontalpodautoscalers of autoscaling",
            "list cronjobs jobs of batch",
            "list certificatesigningrequests of certificates.k8s.io",
            "list endpointslices of discovery.k8s.io",
            "list flowschemas prioritylevelconfigurations of flowcontrol.apiserver.k8s.io",
            "list ingressclasses ingresses ipaddresses networkpolicies servicecidrs of networking.k8s.io",
            "list runtimeclasses of node.k8s.io",
            "list poddisruptionbudgets of policy",
            "list clusterrolebindings clusterroles rolebindings roles of rbac.authorization.k8s.io",
            "list deviceclasses resourceclaims resourceclaimtemplates resourceslices of resource.k8s.io",
            "list priorityclasses of scheduling.k8s.io",
            "list csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses of storage.k8s.io",
            "list vulnerabilityreports of aquasecurity.github.io",
            "list clusterexternalsecrets clustersecretstores externalsecrets secretstores of external-secrets.io",
            "list gatewayclasses gateways httproutes referencegrants of gateway.networking.k8s.io",
            "list alertmanagers podmonitors probes prometheuses prometheusrules servicemonitors of monitoring.coreos.com",
            "list clusterfederatedtrustdomains clusterspiffeids clusterstaticentries of spire.spiffe.io",
            "get namespaces named kube-system",
            "create subjectaccessreviews of authorization.k8s.io",
            "get /metrics",
            "get pods/log",
            "get services/proxy named prometheus-operated:9090 prometheus:9090 alertmanager-operated:9093 alertmanager:9093",
        ]);
        const more = clusterRules(settings({ gateway: {}, reads: [{ group: "acme.io", resources: ["widgets"] }] }));
        assert.deepEqual(
            (more as unknown as readonly Rule[]).filter(({ apiGroups }) => apiGroups?.includes("acme.io")),
            [{ apiGroups: ["acme.io"], resources: ["widgets"], verbs: ["list"] }],
        );
    });

    it("reaches the API server, DNS and the gateway, and is reached by nobody", () => {
        const { cluster } = SURROUNDINGS;
        const flows = (over: object) => complianceFlows(settings(over), cluster);
        assert.deepEqual(
            flows({ gateway: {} }).map(({ name }) => name),
            ["compliance-api", "compliance-dns", "compliance-gateway"],
        );
        assert.deepEqual(
            flows({ textfile: { claim: "collector" } }).map(({ name }) => name),
            ["compliance-api", "compliance-dns"],
        );
        const policies = policySpecs(flows({ gateway: { port: 9092 } }));
        assert.ok(policies.every(({ spec }) => (spec.ingress ?? []).length === 0));
        const ports = policies.flatMap(({ spec }) => (spec.egress ?? []).flatMap(({ ports: each = [] }) => each));
        assert.deepEqual([...new Set(ports.map(({ port }) => port))].sort(), [53, 6443, 9092]);
    });

    it("runs restricted, with a token of its own, and writes to its claim only", async () => {
        const pod = await podOf({ gateway: {} });
        assert.deepEqual(
            [pod.serviceAccountName, pod.automountServiceAccountToken, pod.securityContext],
            [COMPLIANCE, false, podSecurity()],
        );
        const [container] = pod.containers;
        assert.equal(container.image, `localhost:5001/x0tta6bl4-compliance:0.1.0@${DIGEST}`);
        assert.deepEqual(container.args, [
            ...["assess", "--stack", "test", "--history", "/history"],
            ...["--push", "http://prometheus-pushgateway.monitoring.svc:9091"],
        ]);
        assert.deepEqual(
            container.volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name),
            ["tmp", "history"],
        );
    });

    it("keeps former reports until somebody gives them up, and waits for no pod to bind their claim", async () => {
        const deployed = await deploy(() => new Compliance("compliance", argsOf()));
        const claim = ["kubernetes:core/v1:PersistentVolumeClaim", "compliance-history"] as const;
        const { protect, retainOnDelete } = deployed.one(...claim) as unknown as Readonly<Record<string, unknown>>;
        assert.deepEqual([protect, retainOnDelete], [true, false]);
        const { metadata } = deployed.inputs(...claim) as { metadata: { annotations?: object } };
        assert.deepEqual(metadata.annotations, { "pulumi.com/skipAwait": "true" });
    });

    it("takes statements, signs and writes for a collector where the settings say so, by options that there are", async () => {
        const pod = await podOf({
            ...{ textfile: { claim: "collector" }, statements: { claim: "ci" } },
            signingKey: { secret: "compliance-key", key: "ed25519" },
        });
        const [{ args, volumeMounts }] = pod.containers;
        assert.deepEqual(args.slice(3), [
            ...["--history", "/history", "--evidence", "/statements", "--key", "/run/signing/key.pem"],
            ...["--metrics", "/textfile/compliance.prom"],
        ]);
        assert.deepEqual(
            volumeMounts.filter(({ readOnly }) => readOnly === true).map(({ name }) => name),
            ["api-token", "statements", "signing"],
        );
        assert.deepEqual(volumeMounts.map(({ name }) => name).sort(), pod.volumes.map(({ name }) => name).sort());
        const { command } = await (COMMANDS["assess"] ?? assert.fail()).load();
        assert.deepEqual(command.read("assess", args.slice(1)).faults, []);
    });

    it("is refused without its image's digest, and where nothing is published", async () => {
        const bare = { ...argsOf(), images: new Images(imageSettings.read({}, "images", [])) };
        assert.match(
            await refusalOf(() => new Compliance("compliance", bare)),
            /images\.overrides\.compliance\.digest is missing: no digest is known for localhost:5001\/x0tta6bl4-compliance:0\.1\.0/,
        );
        const faults: string[] = [];
        complianceSettings.read({}, "compliance", faults);
        assert.deepEqual(faults, ["compliance must say where the score is published: by gateway, textfile or both"]);
    });
});
