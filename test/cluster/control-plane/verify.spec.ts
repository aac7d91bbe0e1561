import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "../../support/cli";
import { must } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { deployedStaging } from "../support/deployed";
import { describeOnCluster } from "../support/shared";
import { rolledOut } from "../support/stack";
import { runCheck } from "../support/verification";

const NAMESPACE = "x0tta6bl4-staging";

describeOnCluster("hardening verify against a live cluster", "control-plane", (cluster) => {
    let objects: readonly KubernetesObject[];

    before(async function () {
        this.timeout(300_000);
        objects = await deployedStaging(cluster());
    });

    /** The state of one check, and what failed. */
    async function check(name: string): Promise<{ failures: string[]; status: string }> {
        const { status, verdicts } = await runCheck(cluster(), "staging", objects, name);
        const failures = verdicts.filter((verdict) => verdict.status === "failed");
        return { status, failures: failures.map(({ subject, message }) => `${subject}: ${message}`) };
    }

    async function provedAgain(name: string): Promise<void> {
        assert.deepEqual(await check(name), { status: "proved", failures: [] });
    }

    it("proves that the stack's network policies are in place, and finds one missing, one loosened, one added", async () => {
        await provedAgain("network-policies-in-place");
        const { kubectl } = cluster();
        await kubectl.run(["delete", "networkpolicy", "-n", NAMESPACE, "default-deny"]);
        await kubectl.run([
            ...["patch", "networkpolicy", "-n", NAMESPACE, "metrics-ingress", "--type=json"],
            `--patch=[{"op":"replace","path":"/spec/ingress","value":[{}]}]`,
        ]);
        await kubectl.apply([
            {
                apiVersion: "networking.k8s.io/v1",
                kind: "NetworkPolicy",
                metadata: { name: "open-door", namespace: NAMESPACE },
                spec: { podSelector: {}, ingress: [{}], policyTypes: ["Ingress"] },
            },
        ]);
        const { status, failures } = await check("network-policies-in-place");
        assert.equal(status, "failed");
        assert.deepEqual(failures.sort(), [
            `Namespace ${NAMESPACE}: has no policy that denies all traffic by default`,
            `NetworkPolicy ${NAMESPACE}/default-deny: is not there`,
            `NetworkPolicy ${NAMESPACE}/metrics-ingress: is not what the stack says`,
            `NetworkPolicy ${NAMESPACE}/open-door: is not the stack's and allows more than it does`,
        ]);
        await kubectl.run(["delete", "networkpolicy", "-n", NAMESPACE, "open-door"]);
        await kubectl.apply(
            objects.filter(({ kind }) => kind === "NetworkPolicy"),
            ["--force-conflicts"],
        );
        await provedAgain("network-policies-in-place");
    });

    it("says that no engine enforces the policies, which is true of this cluster, and exits with 2", async () => {
        const name = "network-policies-enforced";
        const target = ["--stack", "staging", "--kubeconfig", cluster().kubeconfig];
        const { code, out, log } = await cli(["verify", ...target, "--check", name]);
        assert.equal(code, 2);
        assert.equal(
            out,
            "? Network policies are enforced NET-2\n" +
                "  ? cluster: no engine that enforces network policies was recognised: they may be words only; " +
                "switch the canary on (the setting canary.enabled), and it is measured\n",
        );
        assert.equal(log.at(-1), "0 proved, 0 failed, 1 unknown");
    });

    it("proves that every workload is ready, and finds one that was scaled away", async () => {
        await provedAgain("workloads-ready");
        const platform = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "x0tta6bl4");
        assert.ok(platform !== undefined);
        const scale = async (replicas: number): Promise<void> => {
            const target = ["-n", NAMESPACE, "deployment/x0tta6bl4", `--replicas=${replicas}`];
            await cluster().kubectl.run(["scale", ...target]);
            await rolledOut(cluster(), platform, 60);
        };
        await cluster().kubectl.run(["delete", "hpa", "-n", NAMESPACE, "--all"]);
        await scale(0);
        const { status, failures } = await check("workloads-ready");
        assert.equal(status, "failed");
        assert.deepEqual(failures, [`Deployment ${NAMESPACE}/x0tta6bl4: 0 of 0 pods ready`]);
        await scale(2);
        await provedAgain("workloads-ready");
    });

    it("proves that agents run on every node, and names a node without one", async () => {
        await provedAgain("node-programs-on-every-node");
        const node = {
            apiVersion: "v1",
            kind: "Node",
            metadata: { name: "bare", labels: { "kubernetes.io/hostname": "bare" } },
        };
        await cluster().kubectl.run(["create", "-f", "-"], { input: JSON.stringify(node) });
        const { status, failures } = await check("node-programs-on-every-node");
        await cluster().kubectl.run(["delete", "node", "bare"]);
        assert.equal(status, "failed");
        assert.ok(failures.includes("DaemonSet spire/spire-agent: no ready pod on bare"), failures.join("\n"));
        await provedAgain("node-programs-on-every-node");
    });

    it("proves that running pods have their security contexts, and finds one that runs otherwise", async () => {
        await provedAgain("security-contexts-as-written");
        const { kubectl } = cluster();
        const [pod] = await kubectl.list("pods", NAMESPACE, ["-l", "app=x0tta6bl4"]);
        assert.ok(pod !== undefined);
        const { metadata, spec } = pod as KubernetesObject & { spec: { containers: object[] } };
        // With the hash in its labels the ReplicaSet would adopt the pod, and delete it as one too many.
        const withoutHash = { ...metadata.labels, "pod-template-hash": undefined };
        const twin = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "twin", namespace: NAMESPACE, labels: withoutHash },
            spec: {
                ...spec,
                containers: spec.containers.map((container) => ({
                    ...container,
                    securityContext: { ...RESTRICTED, runAsUser: 2000 },
                })),
            },
        };
        await kubectl.run(["create", "-f", "-"], { input: JSON.stringify(twin) });
        const { status, failures } = await check("security-contexts-as-written");
        await kubectl.run(["delete", "pod", "-n", NAMESPACE, "twin", "--grace-period=0", "--force"]);
        assert.equal(status, "failed");
        assert.deepEqual(failures, [
            `Pod ${NAMESPACE}/twin: the security context of container "x0tta6bl4" is not what the stack wrote`,
        ]);
    });

    it("proves that accounts may do what is granted, and names what a foreign binding adds", async function () {
        this.timeout(180_000);
        await provedAgain("access-as-granted");
        const { kubectl } = cluster();
        await kubectl.run([
            ...["create", "clusterrolebinding", "open-door", "--clusterrole=view"],
            `--serviceaccount=${NAMESPACE}:default`,
        ]);
        await kubectl.run([
            ...["create", "role", "-n", NAMESPACE, "open-door", "--verb=create", "--resource=pods/exec"],
        ]);
        await kubectl.run([
            ...["create", "rolebinding", "-n", NAMESPACE, "open-door", "--role=open-door"],
            `--serviceaccount=${NAMESPACE}:x0tta6bl4`,
        ]);
        const { status, failures } = await check("access-as-granted");
        await kubectl.run(["delete", "clusterrolebinding/open-door"]);
        await kubectl.run(["delete", "-n", NAMESPACE, "role/open-door", "rolebinding/open-door"]);
        assert.equal(status, "failed");
        assert.deepEqual(failures, [
            `ServiceAccount ${NAMESPACE}/x0tta6bl4: may create pods/exec in ${NAMESPACE}, which the stack does not grant`,
        ]);
    });

    it("proves that identities were issued, and finds one that selects no pod or whose entries were refused", async () => {
        const identity = objects.find(({ kind }) => kind === "ClusterSPIFFEID");
        assert.ok(identity !== undefined);
        /** What SPIRE's controller manager, which doesn't run here, would write. */
        const report = async (podsSelected: number, entryFailures: number): Promise<void> => {
            const stats = {
                ...{ entriesMasked: 0, entriesToSet: podsSelected, namespacesIgnored: 0, namespacesSelected: 1 },
                ...{ entryFailures, podEntryRenderFailures: 0, podsSelected },
            };
            const path = `/apis/spire.spiffe.io/v1alpha1/clusterspiffeids/${identity.metadata.name}/status`;
            const type = "application/merge-patch+json";
            const response = await cluster().request("PATCH", path, { status: { stats } }, { type });
            assert.equal(response.status, 200, response.text);
        };
        const subject = `ClusterSPIFFEID ${identity.metadata.name}`;
        assert.deepEqual(await check("identities-issued"), {
            status: "failed",
            failures: [`${subject}: selects 0 pods, and 0 entries were refused`],
        });
        await report(2, 0);
        await provedAgain("identities-issued");
        await report(2, 1);
        assert.deepEqual(await check("identities-issued"), {
            status: "failed",
            failures: [`${subject}: selects 2 pods, and 1 entries were refused`],
        });
    });

    it("proves that certificates have days left, and finds one that runs out", async () => {
        const folder = mkdtempSync(join(tmpdir(), "certificates-"));
        const secret = async (name: string, days: number): Promise<void> => {
            const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
            await must("openssl", [
                ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
                ...["-subj", `/CN=${name}`, "-days", String(days), "-keyout", key, "-out", certificate],
            ]);
            const create = ["create", "secret", "tls", name, "-n", NAMESPACE, "--cert", certificate, "--key", key];
            await cluster().kubectl.run(create);
        };
        await secret("lasting", 400);
        await provedAgain("certificates-not-expiring");
        await secret("ending", 3);
        const found = await check("certificates-not-expiring");
        rmSync(folder, { recursive: true });
        await cluster().kubectl.run(["delete", "secret", "-n", NAMESPACE, "lasting", "ending"]);
        assert.deepEqual(found, {
            status: "failed",
            failures: [`Secret ${NAMESPACE}/ending, tls.crt: 2 days left`],
        });
    });

    it("finds an alert rule that is gone; whether Prometheus has the others it can't tell without one", async () => {
        assert.deepEqual(await check("alert-rules-loaded"), { status: "unknown", failures: [] });
        const [rule] = objects.filter(({ kind }) => kind === "PrometheusRule");
        assert.ok(rule !== undefined);
        const { name, namespace = "" } = rule.metadata;
        await cluster().kubectl.run(["delete", "prometheusrule", "-n", namespace, name]);
        assert.deepEqual(await check("alert-rules-loaded"), {
            status: "failed",
            failures: [`PrometheusRule ${namespace}/${name}: is not there`],
        });
        await cluster().kubectl.apply([rule]);
    });

    it("can't tell what logs and metrics say where pods exist in name only, and says so", async () => {
        for (const name of ["identity-logs-free-of-errors", "no-secret-in-logs", "metrics-meet-targets"]) {
            assert.deepEqual(await check(name), { status: "unknown", failures: [] }, name);
        }
    });
});

const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };
