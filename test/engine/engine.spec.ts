import assert from "node:assert/strict";

import { Cluster } from "../cluster/harness/cluster";
import { MissingRequirement } from "../cluster/harness/errors";
import { Kubectl } from "../cluster/harness/kubectl";
import { renderStack, STACKS } from "../cluster/support/stack";
import { until } from "../cluster/support/until";
import { missingPrograms, skipNote } from "./cli";
import { nameOf, podsOf, succeeded } from "./outcome";
import { Project } from "./project";

const missing = missingPrograms();

describe(`The official engine at preview${skipNote()}`, () => {
    const projects: Project[] = [];

    async function projectOf(stack: string): Promise<Project> {
        const project = await Project.create({ settings: "Pulumi.yaml", stack, kubeconfig: "/nonexistent/kubeconfig" });
        projects.push(project);
        return project;
    }

    before(function () {
        if (missing.length > 0) {
            this.skip();
        }
    });
    after(() => projects.forEach((project) => project.remove()));

    for (const stack of STACKS) {
        it(`creates what hardening renders for ${stack}, and the policy pack finds nothing against it`, async () => {
            const outcome = await (await projectOf(stack)).preview();
            succeeded(outcome);
            assert.deepEqual(outcome.packs, ["x0tta6bl4-hardening"]);
            assert.deepEqual(Object.keys(outcome.changes), ["create"]);
            const { objects } = await renderStack(stack);
            assert.deepEqual(outcome.objects.map(nameOf).sort(), objects.map(nameOf).sort());
        });
    }

    it("stops a container that became privileged, and names its field", async () => {
        const project = await projectOf("staging");
        project.edit("components/falco/daemonset.ts", "privileged: false", "privileged: true");
        const outcome = await project.preview();
        assert.equal(outcome.code, 1, outcome.output);
        assert.deepEqual(
            outcome.findings.filter(({ level }) => level === "mandatory"),
            [
                {
                    policy: "no-privileged-containers",
                    level: "mandatory",
                    message:
                        "No container runs privileged.\n" +
                        "DaemonSet falco/falco: spec.template.spec.containers[0].securityContext.privileged is true " +
                        '(container "falco"). Remove it.\n',
                },
            ],
        );
    });
});

describe(`The official engine, cut short${skipNote()}`, () => {
    it("leaves no process behind: neither itself, nor the hosts and providers it started", async function () {
        if (missing.length > 0) {
            this.skip();
        }
        const project = await Project.create({
            settings: "Pulumi.yaml",
            stack: "staging",
            kubeconfig: "/nonexistent/kubeconfig",
        });
        try {
            const running = project.preview();
            await until("the engine has started its host and a provider", () =>
                Promise.resolve(project.processes().length >= 3),
            );
            project.cutShort();
            const { code } = await running;
            assert.notEqual(code, 0);
            await until("all of it is gone", () => Promise.resolve(project.processes().length === 0));
        } finally {
            project.remove();
        }
    });
});

describe(`The official engine on a cluster${skipNote()}`, () => {
    let cluster: Cluster | undefined;
    let kubectl: Kubectl;
    let project: Project | undefined;
    let created: Readonly<Record<string, number>>;

    function deployed(): Project {
        assert.ok(project !== undefined);
        return project;
    }

    before(async function () {
        if (missing.length > 0) {
            this.skip();
        }
        // KUBECONFIG is left alone: it may well name a cluster that is in use.
        const given = process.env["ENGINE_KUBECONFIG"];
        if (given === undefined) {
            try {
                cluster = await Cluster.up({ name: `engine-${process.pid}`, profile: "control-plane", keep: false });
            } catch (error) {
                if (error instanceof MissingRequirement) {
                    process.stderr.write(`SKIPPED the official engine on a cluster: ${error.message}\n`);
                    this.skip();
                }
                throw error;
            }
            await cluster.addFakeNodes(3);
        }
        kubectl = cluster?.kubectl ?? new Kubectl("kubectl", given ?? "");
        project = await Project.create({
            settings: "test/engine/program/Pulumi.yaml",
            // What only the whole stack brings to a cluster.
            policies: "test/engine/program/policies.json",
            stack: "engine",
            kubeconfig: kubectl.kubeconfig,
        });
    });
    after(async () => {
        // A cluster of somebody else's gets back what a failed test left in it.
        if (cluster === undefined) {
            await project?.destroy();
        }
        project?.remove();
        await cluster?.down();
    });

    it("previews the objects without creating one", async () => {
        const outcome = await deployed().preview();
        succeeded(outcome);
        created = outcome.changes;
        assert.deepEqual(outcome.packs, ["x0tta6bl4-hardening"]);
        assert.deepEqual(created, { create: 19 });
        assert.equal(await kubectl.get("namespace", "engine-store"), undefined);
    });

    it("creates them, and waits until the workload is ready", async () => {
        const outcome = await deployed().up();
        succeeded(outcome);
        assert.deepEqual(outcome.changes, created);
        // How many replicas there are is up to the autoscaler.
        const deployment = await kubectl.get("deployment", "store", "engine-store");
        const { conditions = [] } = deployment?.["status"] as { conditions?: { type: string; status: string }[] };
        assert.equal(conditions.find(({ type }) => type === "Available")?.status, "True");
    });

    it("changes nothing the second time", async () => {
        const outcome = await deployed().up({ expectNoChanges: true });
        succeeded(outcome);
        assert.deepEqual(outcome.changes, { same: created["create"] });
    });

    it("repairs with a refresh what was changed and deleted behind its back", async () => {
        await kubectl.run(["-n", "engine-store", "delete", "networkpolicy", "default-deny"]);
        await kubectl.run([
            "label",
            "namespace",
            "engine-store",
            "pod-security.kubernetes.io/enforce=privileged",
            "--overwrite",
        ]);
        const outcome = await deployed().up({ refresh: true });
        succeeded(outcome);
        const policy = await kubectl.get("networkpolicy", "default-deny", "engine-store");
        assert.deepEqual(policy?.["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
        const namespace = await kubectl.get("namespace", "engine-store");
        assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    });

    it("stops a change that breaks a control before it reaches the cluster", async () => {
        const before = await kubectl.get("deployment", "store", "engine-store");
        deployed().edit("components/workload.ts", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false");
        const outcome = await deployed().preview();
        deployed().edit("components/workload.ts", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem: true");
        assert.equal(outcome.code, 1, outcome.output);
        assert.deepEqual(
            outcome.findings.map(({ policy, level }) => [policy, level]),
            [["read-only-root-filesystem", "mandatory"]],
        );
        const after = await kubectl.get("deployment", "store", "engine-store");
        assert.ok(podsOf(before) !== undefined);
        assert.deepEqual(podsOf(after), podsOf(before));
    });

    it("destroys everything it made", async () => {
        const outcome = await deployed().destroy();
        assert.equal(outcome.code, 0, outcome.output);
        assert.deepEqual(outcome.changes, { delete: created["create"] });
        assert.deepEqual(await deployed().resources(), []);
        assert.equal(await kubectl.get("namespace", "engine-store"), undefined);
    });
});
