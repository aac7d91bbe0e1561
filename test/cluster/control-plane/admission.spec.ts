import assert from "node:assert/strict";

import { Admission } from "../../../components/admission/admission";
import { admissionSettings } from "../../../components/admission/settings";
import { deploy } from "../../support/deploy";
import type { KubernetesObject } from "../harness/kubectl";
import { policiesInForce, removePolicies, typeWarnings } from "../support/admission";
import type { Asking } from "../support/objects";
import { apply, create, remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";

const NAMESPACE = "admission-test";
const WAIVER = {
    control: "no-host-pid",
    object: `DaemonSet ${NAMESPACE}/agent`,
    reason: "A workload is recognised by its process on the node.",
    owner: "security-team",
    ticket: "SEC-1",
    expires: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
    from: "test",
};
/** What a component can't do without: the whole object, since the field has neither a container nor a value. */
const EXCEPTION = {
    control: "no-host-pid",
    object: `DaemonSet ${NAMESPACE}/watcher`,
    fields: ["spec.template.spec.hostPID"],
    reason: "It watches the node's processes.",
};

/** The policies and bindings as a stack would register them: all of them warn, and one denies. */
async function policies(): Promise<readonly KubernetesObject[]> {
    const settings = admissionSettings.read({ action: "warn", controls: { "no-host-pid": "deny" } }, "admission", []);
    const deployed = await deploy(
        () => new Admission("admission", { settings, namespaces: [NAMESPACE], admitted: [WAIVER, EXCEPTION] }),
    );
    return deployed
        .list()
        .filter(([type]) => type.startsWith("kubernetes:"))
        .map(([type, name]) => deployed.inputs(type, name) as unknown as KubernetesObject);
}

const RESTRICTED = {
    automountServiceAccountToken: false,
    serviceAccountName: "web",
    priorityClassName: "system-cluster-critical",
    securityContext: {
        runAsNonRoot: true,
        runAsUser: 10_001,
        runAsGroup: 10_001,
        fsGroup: 10_001,
        seccompProfile: { type: "RuntimeDefault" },
    },
};

function pod(over: object): KubernetesObject {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: NAMESPACE, labels: { app: "web" } },
        spec: { ...RESTRICTED, containers: [{ name: "web", image: "registry.example/web:1" }], ...over },
    };
}

function daemonSet(name: string): KubernetesObject {
    return {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name, namespace: NAMESPACE },
        spec: {
            selector: { matchLabels: { app: name } },
            template: { metadata: { labels: { app: name } }, spec: { ...(pod({ hostPID: true })["spec"] as object) } },
        },
    };
}

describeOnCluster("admission on a real API server", "control-plane", (cluster) => {
    let registered: readonly KubernetesObject[];

    before(async function () {
        this.timeout(180_000);
        registered = await policies();
        const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } } as KubernetesObject;
        const accounts = ["web", "agent", "watcher"].map((name) => ({
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name, namespace: NAMESPACE },
        }));
        await cluster().kubectl.apply([namespace, ...accounts, ...registered]);
        await policiesInForce(cluster());
    });

    after(async () => {
        await removePolicies(cluster());
        await remove(cluster(), [{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }], {
            wait: false,
        });
    });

    /** What the API server says to an object that it is asked to admit and not to keep. */
    async function verdict(object: KubernetesObject, asking: Asking = {}): Promise<string> {
        const { accepted, message, warnings } = await create(cluster(), object, { ...asking, dryRun: true });
        return `${accepted ? "admitted" : "refused"} ${warnings}${message}`;
    }

    it("refuses what a control forbids, with the control's name and words", async () => {
        const message = await verdict(pod({ hostPID: true }));
        assert.match(message, /^refused /);
        assert.match(message, /ValidatingAdmissionPolicy 'x0tta6bl4-no-host-pid' .* denied request: no-host-pid: /);
    });

    it("judges the pods of templates too", async () => {
        assert.match(await verdict(daemonSet("other")), /^refused .*'x0tta6bl4-no-host-pid'/s);
    });

    for (const [title, name] of [
        ["a waiver", "agent"],
        ["an exception of a component", "watcher"],
    ] as const) {
        it(`lets through what ${title} covers, for that control only`, async () => {
            const message = await verdict(daemonSet(name));
            assert.match(message, /^admitted /);
            assert.doesNotMatch(message, /no-host-pid/);
            assert.match(message, /drop-all-capabilities/);
        });

        it(`lets through the pods that the workload of ${title} makes, and nobody else's that look like them`, async () => {
            const made = (podName: string, serviceAccountName: string): KubernetesObject => {
                const { metadata, ...rest } = pod({ hostPID: true, serviceAccountName });
                return { ...rest, metadata: { ...metadata, name: podName } };
            };
            const owned = (object: KubernetesObject, kind = "DaemonSet"): KubernetesObject => {
                const owner = { apiVersion: "apps/v1", kind, name, uid: "0-1", controller: true };
                const metadata = { ...object.metadata, ownerReferences: [owner] };
                return { ...object, metadata };
            };
            const by = (controller: string): Asking => ({
                as: `system:serviceaccount:kube-system:${controller}`,
                groups: ["system:masters"],
            });
            const controller = by("daemon-set-controller");
            const refused = /^refused .*'x0tta6bl4-no-host-pid'/s;
            const own = owned(made(`${name}-x7k2p`, name));
            assert.match(await verdict(own, controller), /^admitted /);
            assert.match(await verdict(own), refused, "a name and an owner that anybody may write");
            assert.match(await verdict(made(`${name}-x7k2p`, name), controller), refused, "of no owner");
            assert.match(await verdict(made(`${name}-evil`, name)), refused, "by its name alone");
            assert.match(await verdict(owned(made(`${name}-x7k2p`, "web")), controller), refused);
            assert.match(await verdict(owned(made("other-x7k2p", name)), controller), refused);
            const otherKind = owned(made(`${name}-x7k2p`, name), "ReplicaSet");
            assert.match(await verdict(otherKind, by("replicaset-controller")), refused, "of another kind's object");
        });
    }

    it("lets an object that is being deleted lose its finalizers, and become nothing worse", async () => {
        const held = (over: object, finalizers: readonly string[] = ["x0tta6bl4.io/test"]): KubernetesObject =>
            ({
                apiVersion: "apps/v1",
                kind: "DaemonSet",
                metadata: { name: "held", namespace: NAMESPACE, finalizers },
                spec: {
                    selector: { matchLabels: { app: "held" } },
                    template: {
                        metadata: { labels: { app: "held" } },
                        spec: { ...(pod(over)["spec"] as object) },
                    },
                },
            }) as KubernetesObject;
        const made = await apply(cluster(), held({}));
        assert.ok(made.accepted, made.message);
        await remove(cluster(), [held({})], { wait: false });
        const worse = await apply(cluster(), held({ hostPID: true }));
        assert.ok(!worse.accepted);
        assert.match(worse.message, /'x0tta6bl4-no-host-pid'/);
        const released = await apply(cluster(), held({}, []));
        assert.ok(released.accepted, released.message);
    });

    it("evaluates every expression without an error, whatever is left out", async () => {
        for (const object of [pod({}), daemonSet("agent"), pod({ containers: [{ name: "web", image: "web" }] })]) {
            assert.doesNotMatch(
                await verdict(object),
                /failed to|no such key|no such overload|expression .* resulted in error/,
            );
        }
    });

    // Last: the controller manager needs a while, and has had it by now.
    it("type-checks every expression against the kinds it is for", async function () {
        this.timeout(180_000);
        const names = registered.flatMap(({ kind, metadata }) =>
            kind === "ValidatingAdmissionPolicy" ? [metadata.name] : [],
        );
        assert.ok(names.length > 40);
        assert.deepEqual(await typeWarnings(cluster(), names), []);
    });
});
