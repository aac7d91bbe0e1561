import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../../hardening/findings";
import { cli } from "../../support/cli";
import { apart } from "../../support/seeded-producers";
import type { KubernetesObject } from "../harness/kubectl";
import { Recorder } from "../support/recorder";
import { describeOnCluster } from "../support/shared";
import { removeInOrder } from "../support/stack";

const NAMESPACE = "audit-test";
/** Pages so small that most lists have several. */
const PAGE = 3;
const PASSWORD = "tr0ub4dor-and-3";

const HELM = {
    annotations: { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": NAMESPACE },
};
const ARGO = { annotations: { "argocd.argoproj.io/tracking-id": `front:apps/Deployment:${NAMESPACE}/front` } };
const FLUX = {
    labels: { "kustomize.toolkit.fluxcd.io/name": "platform", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" },
};

function deployment(name: string, managed: object, container: object = {}): KubernetesObject {
    const labels = { app: name };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: NAMESPACE, ...managed },
        spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: { containers: [{ name, image: "registry.example.org/shop:1.0", ...container }] },
            },
        },
    };
}

const PRIVILEGED = { securityContext: { privileged: true } };
const OBJECTS: readonly KubernetesObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    // In the order in which the API server lists them: what concerns the whole stack is said of the first workload.
    deployment("front", ARGO, { env: [{ name: "MODE", value: "production" }] }),
    deployment("plain", {}, { resources: { limits: { memory: "64Mi" } } }),
    deployment("platform", FLUX, { ports: [{ containerPort: 8080, hostPort: 18080 }] }),
    deployment("shop", HELM, PRIVILEGED),
    ...Array.from({ length: 2 * PAGE + 1 }, (_, index) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `settings-${index}`, namespace: NAMESPACE },
        data: { mode: "production" },
    })),
    {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "db", namespace: NAMESPACE },
        stringData: { password: PASSWORD },
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "everything", namespace: NAMESPACE },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "shop", namespace: NAMESPACE },
        spec: { type: "NodePort", selector: { app: "shop" }, ports: [{ port: 80, targetPort: 8080 }] },
    },
];

/** An account that may read and nothing else, and one that may not read Secrets either. */
const ACCOUNTS = ["auditor", "half-auditor"].flatMap((name) => [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "default" } },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: `test-${name}` },
        rules:
            name === "auditor"
                ? [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }]
                : [{ apiGroups: ["apps"], resources: ["*"], verbs: ["get", "list"] }],
    },
    {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: `test-${name}` },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: `test-${name}` },
        subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    },
]);

interface Report {
    readonly results: readonly Finding[];
    readonly errors: readonly { readonly message: string }[];
}

/** What a finding is, without its place of origin and the document's number. */
function essence({ kind, namespace, name, control, status, path, message }: Finding): string {
    return `${kind} ${namespace}/${name} ${control} ${status} ${path}: ${message}`;
}

/** What only one of two lists holds, marked by which. */
function difference(
    live: readonly Finding[],
    scanned: readonly Finding[],
    textOf: (finding: Finding) => string,
): readonly string[] {
    const [left, right] = [new Set(live.map(textOf)), new Set(scanned.map(textOf))];
    return [
        ...[...left].filter((text) => !right.has(text)).map((text) => `only the audit: ${text}`),
        ...[...right].filter((text) => !left.has(text)).map((text) => `only the scan: ${text}`),
    ].sort();
}

describeOnCluster("hardening audit", "control-plane", (cluster) => {
    let folder: string;
    let recorder: Recorder;

    before(async function () {
        this.timeout(120_000);
        folder = mkdtempSync(join(tmpdir(), "audit-"));
        await cluster().kubectl.apply([...OBJECTS, ...ACCOUNTS]);
        recorder = await Recorder.start(cluster());
    });
    after(async function () {
        this.timeout(120_000);
        await (recorder as Recorder | undefined)?.stop();
        rmSync(folder, { recursive: true, force: true });
        await removeInOrder(cluster(), [...OBJECTS, ...ACCOUNTS], "leave");
    });
    beforeEach(() => recorder.requests.splice(0));

    /** Signs in by a short-lived token, through the recorder. */
    async function audit(account: string, ...args: readonly string[]) {
        const token = (await cluster().kubectl.run(["create", "token", account, "-n", "default"])).trim();
        const kubeconfig = join(folder, `${account}.json`);
        writeFileSync(
            kubeconfig,
            JSON.stringify({
                "current-context": "test",
                contexts: [{ name: "test", context: { cluster: "test", user: account } }],
                clusters: [{ name: "test", cluster: { server: recorder.address } }],
                users: [{ name: account, user: { token } }],
            }),
        );
        const { code, out, log } = await cli([
            ...["audit", "--kubeconfig", kubeconfig, "--format", "json", "--profile", "all"],
            ...["--namespace", NAMESPACE, "--page-size", String(PAGE), ...args],
        ]);
        assert.notEqual(out, "", log.join("\n"));
        return { code, report: JSON.parse(out) as Report, out };
    }

    it("finds what a scan of the same manifests finds, but for what only the values of Secrets tell", async function () {
        this.timeout(60_000);
        const { code, report } = await audit("auditor");
        assert.deepEqual(report.errors, []);
        assert.equal(code, 1);

        // What Kubernetes made by itself, such as the default service account, is none of ours.
        const ours = new Set(OBJECTS.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
        const mine = (findings: readonly Finding[]) => findings.filter(({ kind, name }) => ours.has(`${kind} ${name}`));
        const live = mine(report.results);
        assert.ok(live.length > 20, `the manifests are bad in ${live.length} ways`);

        // To the letter, of the objects as the API server holds them, with its defaults.
        const held = await Promise.all(
            OBJECTS.map(({ kind, metadata }) => cluster().kubectl.get(kind, metadata.name, metadata.namespace)),
        );
        assert.deepEqual(difference(live, mine(await scan(held)), essence), [
            `only the scan: Secret ${NAMESPACE}/db no-literal-secrets violation data: Secret ${NAMESPACE}/db: data holds password in the manifest. Let an ExternalSecret supply it and rotate it.`,
        ]);
        // By object and control, of the manifests as they were written: what they leave out is said together there.
        const bySubject = ({ kind, name, control }: Finding): string => `${kind} ${name} ${control}`;
        assert.deepEqual(difference(apart(live), apart(mine(await scan(OBJECTS))), bySubject), [
            "only the scan: Secret db no-literal-secrets",
        ]);
    });

    async function scan(objects: readonly unknown[]): Promise<readonly Finding[]> {
        const file = join(folder, "manifests.yaml");
        writeFileSync(file, objects.map((object) => JSON.stringify(object)).join("\n---\n"));
        const { out, log } = await cli(["scan", "--format", "json", "--profile", "all", file]);
        assert.notEqual(out, "", log.join("\n"));
        return (JSON.parse(out) as Report).results;
    }

    it("asks for pages and nothing but GET, and shows no value of a Secret", async function () {
        this.timeout(60_000);
        const { out } = await audit("auditor");
        assert.ok(!out.includes(PASSWORD) && !out.includes(Buffer.from(PASSWORD).toString("base64")));
        assert.deepEqual([...new Set(recorder.requests.map(({ method }) => method))], ["GET"]);
        assert.deepEqual([...new Set(recorder.requests.map(({ status }) => status))], [200]);
        assert.ok(recorder.requests.every(({ url }) => !url.searchParams.has("watch")));
        const maps = recorder.requests.filter(({ url }) => url.pathname.endsWith(`/${NAMESPACE}/configmaps`));
        assert.ok(maps.every(({ url }) => url.searchParams.get("limit") === String(PAGE)));
        // Seven of ours, and the one that Kubernetes keeps in every namespace.
        assert.deepEqual(
            maps.map(({ url }) => url.searchParams.has("continue")),
            [false, true, true],
        );
    });

    it("points at the Helm release, the Argo CD application and the Flux object that have to be changed", async function () {
        this.timeout(60_000);
        const { report } = await audit("auditor");
        const owners = report.results.filter(({ kind }) => kind === "Deployment");
        assert.deepEqual(Object.fromEntries(owners.map(({ name, owner }) => [name, owner])), {
            shop: `Helm release ${NAMESPACE}/shop`,
            front: "Argo CD application front",
            platform: "Flux Kustomization flux-system/platform",
            plain: undefined,
        });
        // What the Deployments made is judged by them.
        assert.deepEqual(
            report.results.filter(({ kind }) => ["Pod", "ReplicaSet"].includes(kind)),
            [],
        );
    });

    it("says what it may not read, judges the rest and exits 2", async function () {
        this.timeout(60_000);
        const { code, report } = await audit("half-auditor");
        assert.equal(code, 2);
        assert.ok(
            report.errors.some(({ message }) =>
                /^can't list secrets: secrets is forbidden: User "system:serviceaccount:default:half-auditor"/.test(
                    message,
                ),
            ),
            report.errors.map(({ message }) => message).join("\n"),
        );
        assert.ok(report.results.some(({ control }) => control === "no-privileged-containers"));
        assert.deepEqual(
            report.results.filter(({ kind }) => kind === "ConfigMap"),
            [],
        );
    });
});
