import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cli } from "../../support/cli";
import type { KubernetesObject } from "../harness/kubectl";
import { describeOnCluster } from "../support/shared";
import { removeInOrder } from "../support/stack";

const SPACE = "paths-audit";
const RBAC = "rbac.authorization.k8s.io";

function workload(name: string, spec: object, container: object = {}): KubernetesObject {
    const labels = { app: name };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: SPACE },
        spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: { ...spec, containers: [{ name, image: "registry.example.org/shop:1.0", ...container }] },
            },
        },
    };
}

const role = (...verbs: readonly string[]): KubernetesObject => ({
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: { name: SPACE },
    rules: [{ apiGroups: [RBAC], resources: ["clusterroles"], verbs }],
});

const service = (type: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "agent", namespace: SPACE },
    spec: { type, selector: { app: "agent" }, ports: [{ port: 80, targetPort: 8080 }] },
});

/** A published pod that leaves its container, and one whose account writes itself every right. */
const OPEN: readonly KubernetesObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: SPACE } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "web", namespace: SPACE } },
    workload("web", { serviceAccountName: "web" }),
    workload("agent", { automountServiceAccountToken: false }, { securityContext: { privileged: true } }),
    role("patch", "escalate"),
    service("NodePort"),
    {
        apiVersion: `${RBAC}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: SPACE },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: SPACE },
        subjects: [{ kind: "ServiceAccount", name: "web", namespace: SPACE }],
    },
];

/** Questions, each with the edges of its one path. */
const QUESTIONS = [
    {
        asked: ["--from", `pod:${SPACE}/web`, "--to", "cluster-admin"],
        edges: ["mounted-token", "binding-subjects", "escalate-cluster-roles"],
    },
    {
        asked: ["--from", "internet", "--to", "node"],
        edges: ["exposed-service", "service-backend", "privileged-container"],
    },
] as const;

interface Report {
    readonly paths: readonly (readonly { readonly from: string; readonly to: string; readonly edge: string }[])[];
    readonly unseen: readonly unknown[];
}

describeOnCluster("hardening paths --audit", "control-plane", (cluster) => {
    let folder: string;

    before(async function () {
        this.timeout(120_000);
        folder = mkdtempSync(join(tmpdir(), "paths-audit-"));
        await cluster().kubectl.apply(OPEN);
    });
    after(async function () {
        this.timeout(120_000);
        rmSync(folder, { recursive: true, force: true });
        await removeInOrder(cluster(), OPEN, "leave");
    });

    async function paths(...args: readonly string[]): Promise<{ readonly code: number; readonly report: Report }> {
        const { code, out, log } = await cli(["paths", ...args, "--format", "json"]);
        assert.ok(out.startsWith("{"), `exit code ${code}: ${log.join("\n")}`);
        return { code, report: JSON.parse(out) as Report };
    }

    const live = async (asked: readonly string[]) => paths("--audit", "--kubeconfig", cluster().kubeconfig, ...asked);

    for (const { asked, edges } of QUESTIONS) {
        it(`finds in a live cluster the path that its manifests have (${asked.join(" ")})`, async () => {
            const file = join(folder, "manifests.json");
            writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: OPEN }));
            const [now, written] = [await live(asked), await paths(file, ...asked)];
            assert.deepEqual([now.code, written.code], [1, 1]);
            const hopsOf = ({ report }: typeof now) =>
                report.paths.map((path) => path.map(({ from, to, edge }) => `${from} -${edge}-> ${to}`));
            const ours = hopsOf(now).filter((path) => path.join().includes(SPACE));
            assert.deepEqual(ours, hopsOf(written));
            assert.deepEqual(
                written.report.paths.map((path) => path.map(({ edge }) => edge)),
                [edges],
            );
        });
    }

    it("finds none of them once they are mended, and fails against that only when they are back", async function () {
        this.timeout(60_000);
        const stored = async (name: string): Promise<readonly string[]> =>
            Promise.all(
                QUESTIONS.map(async ({ asked }, index) => {
                    const file = join(folder, `${name}-${index}.json`);
                    writeFileSync(file, JSON.stringify((await live(asked)).report));
                    return file;
                }),
            );
        const codes = async (files: readonly string[]): Promise<readonly number[]> =>
            Promise.all(
                QUESTIONS.map(
                    async ({ asked }, index) => (await live([...asked, "--baseline", files[index] ?? ""])).code,
                ),
            );
        const open = await stored("open");
        assert.deepEqual(await codes(open), [0, 0]);
        await cluster().kubectl.apply([role("patch"), service("ClusterIP")]);
        for (const { asked } of QUESTIONS) {
            const { report } = await live(asked);
            assert.deepEqual(
                report.paths.filter((path) => JSON.stringify(path).includes(SPACE)),
                [],
            );
        }
        const mended = await stored("mended");
        assert.deepEqual(await codes(mended), [0, 0]);
        await cluster().kubectl.apply([role("patch", "escalate"), service("NodePort")]);
        assert.deepEqual(await codes(mended), [1, 1]);
        assert.deepEqual(await codes(open), [0, 0]);
    });
});
