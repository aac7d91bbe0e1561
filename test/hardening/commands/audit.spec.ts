import { strict as assert } from "node:assert";

import { kubeObjects } from "../../../policies/kubernetes/kube";
import { ownerOf } from "../../../hardening/sources/cluster/owner";
import { apiServer } from "../../support/api-server";
import { cli } from "../../support/cli";
import { resourceOf } from "../../support/controls";
import { withFiles } from "../../support/files";

const CONFIG = JSON.stringify({ all: "disabled", "no-privileged-containers": "mandatory" });

function kubeconfig(url: string): string {
    return `current-context: test
contexts: [{name: test, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "${url}"}}]
`;
}

describe("hardening audit", () => {
    it("judges a live cluster by reading alone, and says who manages what it finds", async () => {
        const deployment = {
            metadata: {
                name: "web",
                namespace: "prod",
                annotations: { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "prod" },
            },
            spec: { template: { spec: { containers: [{ name: "web", securityContext: { privileged: true } }] } } },
        };
        const server = await apiServer([
            { apiVersion: "apps/v1", kind: "Deployment", name: "deployments", items: [deployment] },
            { apiVersion: "v1", kind: "Secret", name: "secrets", refuse: { status: 403, message: "no" } },
        ]);
        try {
            await withFiles({ kubeconfig: kubeconfig(server.url), "c.json": CONFIG }, async (folder) => {
                const { code, out } = await cli([
                    "audit",
                    "--kubeconfig",
                    `${folder}/kubeconfig`,
                    "-c",
                    `${folder}/c.json`,
                ]);
                assert.equal(
                    out,
                    `cluster test
└─ Deployment prod/web
   └─ critical no-privileged-containers: spec.template.spec.containers[0].securityContext.privileged is true (container "web"). Remove it.
         managed by Helm release prod/web: change it there

Errors
  cluster test: can't list secrets: no

cluster test: 1 object, 1 control (profile x0tta6bl4), 0.00 s
1 violation, 0 waived, 0 unverifiable, 1 error
`,
                );
                assert.equal(code, 2);
            });
            assert.ok(server.requests.every((line) => line.startsWith("GET ")));
        } finally {
            await server.close();
        }
    });

    it("exits 2 where the cluster can't be reached", async () => {
        await withFiles({ kubeconfig: kubeconfig("http://127.0.0.1:1") }, async (folder) => {
            const { code, out } = await cli(["audit", "--kubeconfig", `${folder}/kubeconfig`]);
            assert.equal(code, 2);
            assert.match(out, /^ {2}cluster test: .*ECONNREFUSED/m);
        });
    });

    it("refuses an operand", async () => {
        assert.deepEqual((await cli(["audit", "prod"])).log[0], 'error: audit takes no operand, found "prod"');
    });
});

describe("ownerOf", () => {
    const owner = (metadata: object) => {
        const [object] = kubeObjects(resourceOf({ apiVersion: "v1", kind: "Pod", metadata }));
        assert.ok(object);
        return ownerOf(object);
    };
    const helm = { "meta.helm.sh/release-name": "r", "meta.helm.sh/release-namespace": "n" };

    it("tells Helm, Argo CD, Flux and the API server apart", () => {
        assert.equal(owner({ annotations: helm }), "Helm release n/r");
        assert.equal(
            owner({ annotations: { "argocd.argoproj.io/tracking-id": "app:apps/Deployment:n/r" } }),
            "Argo CD application app",
        );
        assert.equal(owner({ labels: { "argocd.argoproj.io/instance": "app" } }), "Argo CD application app");
        assert.equal(
            owner({
                labels: { "kustomize.toolkit.fluxcd.io/name": "k", "kustomize.toolkit.fluxcd.io/namespace": "flux" },
            }),
            "Flux Kustomization flux/k",
        );
        assert.equal(
            owner({ labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } }),
            "Kubernetes itself (default RBAC)",
        );
        assert.equal(owner({ labels: { app: "web" } }), undefined);
    });

    it("names the outermost where one installs through another", () => {
        assert.equal(
            owner({
                annotations: helm,
                labels: { "helm.toolkit.fluxcd.io/name": "h", "helm.toolkit.fluxcd.io/namespace": "n" },
            }),
            "Flux HelmRelease n/h",
        );
        assert.equal(
            owner({ annotations: { ...helm, "argocd.argoproj.io/tracking-id": "app:x" } }),
            "Argo CD application app",
        );
    });
});
