import assert from "node:assert/strict";

import { GuardedNamespace } from "../../components/namespace";
import { deploy, refusalOf } from "../support/deploy";

const args = { namespace: "shop", owner: "shop-team" };

describe("GuardedNamespace", () => {
    it("creates a namespace, its default deny, its quota and its defaults, and nothing else", async () => {
        const deployed = await deploy(() => new GuardedNamespace("shop", args));
        assert.deepEqual(deployed.list(), [
            ["kubernetes:core/v1:LimitRange", "shop-defaults"],
            ["kubernetes:core/v1:Namespace", "shop-namespace"],
            ["kubernetes:core/v1:ResourceQuota", "shop-quota"],
            ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "shop-default-deny"],
            ["x0tta6bl4:namespace:GuardedNamespace", "shop"],
        ]);
    });

    it("grants 8 CPU, 16Gi and 60 pods where nothing else is said, and what is said otherwise", async () => {
        const hardOf = async (over: object) => {
            const deployed = await deploy(() => new GuardedNamespace("shop", { ...args, ...over }));
            return (deployed.inputs("kubernetes:core/v1:ResourceQuota", "shop-quota")["spec"] as { hard: unknown })
                .hard;
        };
        assert.deepEqual(await hardOf({}), { "requests.cpu": "8", "requests.memory": "16Gi", pods: "60" });
        assert.deepEqual(await hardOf({ quota: { cpu: "1", memory: "2Gi", pods: "3" } }), {
            "requests.cpu": "1",
            "requests.memory": "2Gi",
            pods: "3",
        });
    });

    it("enforces, audits and warns about the restricted level by default", async () => {
        const deployed = await deploy(() => new GuardedNamespace("shop", args));
        assert.deepEqual(deployed.inputs("kubernetes:core/v1:Namespace", "shop-namespace")["metadata"], {
            name: "shop",
            annotations: { "x0tta6bl4.io/stack": "x0tta6bl4/test" },
            labels: {
                "pod-security.kubernetes.io/enforce": "restricted",
                "pod-security.kubernetes.io/enforce-version": "latest",
                "pod-security.kubernetes.io/audit": "restricted",
                "pod-security.kubernetes.io/audit-version": "latest",
                "pod-security.kubernetes.io/warn": "restricted",
                "pod-security.kubernetes.io/warn-version": "latest",
                owner: "shop-team",
            },
        });
    });

    it("still audits and warns about the restricted level where it enforces a weaker one", async () => {
        const deployed = await deploy(
            () => new GuardedNamespace("node", { ...args, podSecurity: "privileged", podSecurityVersion: "v1.36" }),
        );
        const metadata = deployed.inputs("kubernetes:core/v1:Namespace", "node-namespace")["metadata"];
        assert.deepEqual((metadata as { labels: unknown }).labels, {
            "pod-security.kubernetes.io/enforce": "privileged",
            "pod-security.kubernetes.io/enforce-version": "v1.36",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": "v1.36",
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/warn-version": "v1.36",
            owner: "shop-team",
        });
    });

    it("denies all traffic of all pods in both directions", async () => {
        const deployed = await deploy(() => new GuardedNamespace("shop", args));
        const policy = deployed.inputs("kubernetes:networking.k8s.io/v1:NetworkPolicy", "shop-default-deny");
        assert.deepEqual(policy["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });

    it("hands out its name only once the default deny exists, and known in preview", async () => {
        let name: string | undefined;
        await deploy(() => {
            new GuardedNamespace("shop", args).namespaceName.apply((known) => (name = known));
        });
        assert.equal(name, "shop");
    });

    it("bounds what the namespace may ask for", async () => {
        const deployed = await deploy(
            () => new GuardedNamespace("shop", { ...args, quota: { cpu: "2", memory: "4Gi", pods: "10" } }),
        );
        assert.deepEqual(deployed.inputs("kubernetes:core/v1:ResourceQuota", "shop-quota")["spec"], {
            hard: { "requests.cpu": "2", "requests.memory": "4Gi", pods: "10" },
        });
    });

    it("refuses a level and a version of pod security that there are not, whoever didn't have them typed", async () => {
        const wrong = { podSecurity: "none" as "restricted", podSecurityVersion: "1.36" };
        assert.equal(
            await refusalOf(() => new GuardedNamespace("shop", { ...args, ...wrong })),
            [
                "shop:",
                '  args.podSecurity must be one of restricted, baseline, privileged, found "none"',
                '  args.podSecurityVersion must be latest or a version such as v1.36, found "1.36"',
            ].join("\n"),
        );
    });

    for (const namespace of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
        it(`refuses to guard ${namespace}`, async () => {
            assert.equal(
                await refusalOf(() => new GuardedNamespace("shared", { ...args, namespace })),
                `shared:\n  namespace "${namespace}" can't be guarded: every cluster shares it. Choose a namespace of your own`,
            );
        });
    }
});
