import assert from "node:assert/strict";

import { hostAccessSpec, SpireHostAccess } from "../../../components/admission/spire-host-access";
import { admission, type AdmissionRequest } from "../../support/cel";
import { deploy } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { spireOf } from "../../support/spire";

const argsOf = (over: Raw = {}, kubeletRoot = "/var/lib/kubelet") => ({ settings: spireOf(over), kubeletRoot });

const actionsOf = async (over: Raw): Promise<unknown> => {
    const deployed = await deploy(() => new SpireHostAccess("host", argsOf(over)));
    const binding = deployed.inputs(
        "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
        "host-binding",
    );
    return (binding["spec"] as Raw)["validationActions"];
};

describe("SpireHostAccess", () => {
    it("creates a policy and its binding, and nothing else", async () => {
        const deployed = await deploy(() => new SpireHostAccess("host", argsOf()));
        assert.deepEqual(deployed.list(), [
            ["kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", "host-policy"],
            ["kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding", "host-binding"],
            ["x0tta6bl4:admission:SpireHostAccess", "host"],
        ]);
    });

    it("warns and audits at first, and denies by configuration", async () => {
        assert.deepEqual(await actionsOf({}), ["Warn", "Audit"]);
        assert.deepEqual(await actionsOf({ hostAccess: "deny" }), ["Deny", "Audit"]);
    });

    it("judges SPIRE's namespace only, fails closed, and sees ephemeral containers", () => {
        const spec = hostAccessSpec(argsOf()) as unknown as {
            failurePolicy: string;
            matchConstraints: { namespaceSelector: Raw; resourceRules: { resources: string[] }[] };
        };
        assert.equal(spec.failurePolicy, "Fail");
        assert.deepEqual(spec.matchConstraints.namespaceSelector, {
            matchLabels: { "kubernetes.io/metadata.name": "spire" },
        });
        assert.ok(spec.matchConstraints.resourceRules[0]?.resources.includes("pods/ephemeralcontainers"));
    });

    it("allows the directories of the installation, wherever its kubelets are", () => {
        const paths = (over: Raw, root?: string): string => {
            const { validations } = hostAccessSpec(argsOf(over, root)) as unknown as {
                validations: { expression: string }[];
            };
            return validations[2]?.expression ?? "";
        };
        assert.equal(
            paths({}, "/var/lib/k0s/kubelet"),
            "variables.hostPaths.all(path, (variables.account == 'spire-agent' && path in ['/run/spire/agent-sockets']) || (variables.account == 'spiffe-csi-driver' && path in ['/run/spire/agent-sockets', '/var/lib/k0s/kubelet/plugins/csi.spiffe.io', '/var/lib/k0s/kubelet/pods', '/var/lib/k0s/kubelet/plugins_registry']))",
        );
        assert.match(
            paths({ agent: { kubelet: { verify: "hostCertificate", address: "nodeName" } } }),
            /path in \['\/run\/spire\/agent-sockets', '\/var\/lib\/kubelet\/pki\/kubelet\.crt'\]/,
        );
    });

    describe("evaluated", () => {
        const decide = admission(hostAccessSpec(argsOf()));
        const CONTROLLER = "system:serviceaccount:kube-system:daemon-set-controller";
        const refused = (spec: Raw, request: Partial<AdmissionRequest> = {}): readonly string[] =>
            decide({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "spire" }, spec }, undefined, {
                operation: "CREATE",
                username: "someone",
                ...request,
            }).refused;
        const agent = { serviceAccountName: "spire-agent", hostPID: true };

        it("lets the DaemonSet controller alone start pods of the agent, and others change them", () => {
            assert.deepEqual(refused(agent, { username: CONTROLLER }), []);
            assert.deepEqual(refused(agent, { operation: "UPDATE" }), []);
            assert.deepEqual(refused(agent), [
                "In namespace spire only the DaemonSet controller may start pods of the service account spire-agent",
            ]);
        });

        it("refuses another account hostPID, the node's directories and privilege, in any container", () => {
            assert.equal(refused({ hostPID: true }).length, 1);
            assert.equal(refused({ hostNetwork: true }).length, 1);
            assert.equal(
                refused({ volumes: [{ name: "a", hostPath: { path: "/run/spire/agent-sockets" } }] }).length,
                1,
            );
            for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
                const container = { name: "spiffe-csi-driver", securityContext: { privileged: true } };
                assert.equal(refused({ [list]: [container] }).length, 1, list);
            }
            assert.deepEqual(refused({ containers: [{ name: "web" }] }), []);
        });
    });
});
