import assert from "node:assert/strict";

import type { KubernetesObject } from "../cluster/harness/kubectl";
import { inventory } from "../cluster/support/inventory";
import { addVolumes, prepareFor, renderStack, rolledOut, STACKS, WORKLOADS } from "../cluster/support/stack";
import { logicalName, nameOf, podsOf, succeeded } from "./outcome";
import { Project } from "./project";
import { describeWithEngine } from "./support";
import { Webhooks } from "./webhooks";

/** Whole stacks take minutes each; ENGINE_STACKS chooses others than this one, by commas. */
const CHOSEN = (process.env["ENGINE_STACKS"] ?? "staging").split(",");

/** What a removed stack leaves on purpose: deleting a definition would delete every object of its kind. */
const KEPT = ["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"].map(
    (name) => `${name}.spire.spiffe.io`,
);
/** The same as the API server lists it, with what it makes of definitions itself. */
const KEPT_OBJECTS = [
    "apiservices.apiregistration.k8s.io v1alpha1.spire.spiffe.io",
    ...KEPT.map((name) => `customresourcedefinitions.apiextensions.k8s.io ${name}`),
];

/** Why a stack is not deployed here, if it isn't. */
function skipNote(stack: string): string {
    if (!CHOSEN.includes(stack)) {
        return " (skipped: not among ENGINE_STACKS)";
    }
    return process.getuid?.() === 0 ? "" : " (skipped: only root can answer for the webhooks of fake pods)";
}

for (const stack of STACKS) {
    const note = skipNote(stack);

    describeWithEngine(`The whole ${stack} stack by the official engine${note}`, (cluster) => {
        const app = `x0tta6bl4-${stack}`;
        let rendered: readonly KubernetesObject[];
        let untouched: readonly string[];
        let project: Project;
        let webhooks: Webhooks | undefined;
        let created: number;

        before(async function () {
            if (note !== "") {
                this.skip();
            }
            rendered = (await renderStack(stack)).objects;
            assert.deepEqual((await prepareFor(cluster(), rendered)).unavailable, []);
            await addVolumes(cluster(), 5);
            untouched = await inventory(cluster());
            webhooks = new Webhooks(cluster());
            project = await Project.create({
                settings: "Pulumi.yaml",
                stack,
                kubeconfig: cluster().kubeconfig,
                typeCheck: false,
            });
        });
        after(async () => {
            await webhooks?.stop();
            (project as Project | undefined)?.remove();
        });

        it("is previewed object by object, and nothing is created", async () => {
            const outcome = await project.preview();
            succeeded(outcome);
            assert.deepEqual(Object.keys(outcome.changes), ["create"]);
            created = outcome.changes["create"] ?? 0;
            assert.deepEqual(outcome.objects.map(nameOf).sort(), rendered.map(nameOf).sort());
            assert.deepEqual(await inventory(cluster()), untouched);
        });

        it("is deployed in its order, and every workload comes up", async () => {
            const outcome = await project.up();
            succeeded(outcome);
            assert.deepEqual(outcome.packs, ["x0tta6bl4-hardening"]);
            assert.deepEqual(outcome.changes, { create: created });
            for (const workload of rendered.filter(({ kind }) => WORKLOADS.has(kind))) {
                await rolledOut(cluster(), workload, 60);
            }
            const judged = rendered.filter(({ kind }) => kind === "SecretStore" || kind === "ExternalSecret");
            assert.equal(webhooks?.asked, judged.length, "stores and secrets that their webhook was asked about");
        });

        it("is not changed by a second deployment", async () => {
            const outcome = await project.up({ expectNoChanges: true });
            succeeded(outcome);
            assert.deepEqual(outcome.changes, { same: created });
        });

        it("is repaired where it was changed behind the engine's back, and nowhere else", async () => {
            const { kubectl } = cluster();
            await kubectl.run(["-n", app, "delete", "networkpolicy", "default-deny"]);
            await kubectl.run(["-n", "spire", "delete", "configmap", "spire-server"]);
            await kubectl.run(["delete", "validatingadmissionpolicybinding", "spire-host-access"]);
            await kubectl.run(["label", "namespace", "spire", "--overwrite", "istio-injection=enabled"]);
            const outcome = await project.up({ refresh: true });
            succeeded(outcome);
            const owned = rendered.filter(({ kind }) => kind === "Namespace");
            assert.deepEqual(outcome.changes, { create: 3, update: 1, same: created - 4, read: owned.length });
            const readOnly = (await project.resources()).filter(({ external }) => external === true);
            assert.deepEqual(
                readOnly.map(logicalName).sort(),
                owned.map(({ metadata }) => `claimed-${metadata.name}`).sort(),
                "namespaces that were asked whose they are",
            );
            const namespace = await kubectl.get("namespace", "spire");
            assert.equal(namespace?.metadata.labels?.["istio-injection"], "disabled");
            const policy = await kubectl.get("networkpolicy", "default-deny", app);
            assert.deepEqual(policy?.["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
        });

        it("is not deployed with a change that breaks a control", async () => {
            const before = await cluster().kubectl.get("deployment", "x0tta6bl4", app);
            project.edit("components/hardened.ts", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false");
            const outcome = await project.preview();
            project.edit("components/hardened.ts", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem: true");
            assert.equal(outcome.code, 1, outcome.output);
            const mandatory = outcome.findings.filter(({ level }) => level === "mandatory");
            assert.deepEqual([...new Set(mandatory.map(({ policy }) => policy))], ["read-only-root-filesystem"]);
            const after = await cluster().kubectl.get("deployment", "x0tta6bl4", app);
            assert.ok(podsOf(before) !== undefined);
            assert.deepEqual(podsOf(after), podsOf(before));
        });

        it("is stopped at preview by the cluster when the trust domain changes, unless that is confirmed", async () => {
            const settings = `Pulumi.${stack}.yaml`;
            const [old, renamed] = [`${stack}.x0tta6bl4.io`, `renamed-${stack}.x0tta6bl4.io`];
            project.edit(settings, `trustDomain: ${old}`, `trustDomain: ${renamed}`);
            const refused = await project.preview();
            assert.equal(refused.code, 1, refused.output);
            const reason =
                `'spire-transitions' denied request: The trust domain would change from ${old} to ${renamed}. Every ` +
                "identity would be re-issued and every peer that trusts the old name would refuse its workloads. " +
                `To confirm, set spire.leavingTrustDomain to ${old}.`;
            assert.ok(refused.output.includes(reason), refused.output);
            const confirmed = `trustDomain: ${renamed}\n    leavingTrustDomain: ${old}`;
            project.edit(settings, `trustDomain: ${renamed}`, confirmed);
            succeeded(await project.preview());
            project.edit(settings, confirmed, `trustDomain: ${old}`);
        });

        it("is not destroyed while its trust bundle and the data of its servers are protected", async () => {
            const held = await project.resources();
            const claims = rendered.filter(({ kind }) => kind === "PersistentVolumeClaim");
            const protectedOnes = held.filter(({ protect }) => protect === true).map(logicalName);
            assert.deepEqual(
                protectedOnes.toSorted(),
                [
                    ...["control-plane-key-1", "spire-bundle-configmap"],
                    ...claims.map((_, ordinal) => `spire-server-data-${ordinal}`),
                ].sort(),
            );
            const outcome = await project.previewDestroy();
            assert.notEqual(outcome.code, 0);
            // The engine deletes several at once, and stops at the first that it may not.
            const refused = /::([^:"]+)" cannot be deleted\s+because it is protected/.exec(outcome.output)?.[1];
            assert.ok(refused !== undefined && protectedOnes.includes(refused), outcome.output.slice(-2000));
            assert.deepEqual(await project.resources(), held);
            assert.ok((await cluster().kubectl.get("configmap", "spire-bundle", "spire")) !== undefined);
        });

        it("is destroyed once that is given up, and leaves nothing but definitions", async () => {
            await project.unprotect();
            const outcome = await project.destroy();
            assert.equal(outcome.code, 0, outcome.output);
            const owned = rendered.filter(({ kind }) => kind === "Namespace");
            assert.deepEqual(outcome.changes, { delete: created, discard: owned.length });
            assert.deepEqual(await project.resources(), []);
            const left = await inventory(cluster());
            assert.deepEqual(
                left.filter((object) => !untouched.includes(object)),
                KEPT_OBJECTS,
            );
            assert.deepEqual(
                untouched.filter((object) => !left.includes(object)),
                [],
            );
            // The engine creates nothing that is there already, so the next deployment needs them gone.
            await cluster().kubectl.run(["delete", "crd", ...KEPT]);
        });
    });
}
