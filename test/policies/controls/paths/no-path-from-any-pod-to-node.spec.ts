import { strict as assert } from "node:assert";

import { noPathFromAnyPodToNode as control } from "../../../../policies/controls/paths/no-path-from-any-pod-to-node";
import { runControl } from "../../../../policies/engine/run";
import { Stack } from "../../../../policies/kubernetes/stack";
import { withUnknown } from "../../../support/cases";
import { faultsOf, messagesOf, resourceOf } from "../../../support/controls";
import { boundTo, may, namespace, object, pod } from "../../paths/manifests";

const worker = pod({ automountServiceAccountToken: true });
const builds = boundTo({ kind: "ServiceAccount", name: "web", namespace: "shop" }, may(["", "pods", "create"]));

describe("no-path-from-any-pod-to-node", () => {
    it("refuses a pod that leaves its container, though nobody outside reaches it", () => {
        assert.deepEqual(
            faultsOf(control, [pod({}, { securityContext: { privileged: true } })]).map(({ path, message }) => [
                path,
                message,
            ]),
            [
                [
                    "spec.containers[0].securityContext.privileged",
                    "Pod shop/web -> a node. The attacker can leave a privileged container: mount the node's disk, " +
                        "load a kernel module, or have the kernel start a program (privileged-container). " +
                        "Unset securityContext.privileged and add only the capabilities that the program needs.",
                ],
            ],
        );
    });

    it("refuses the same in every kind that carries a pod, and in init containers", () => {
        const spec = {
            initContainers: [{ name: "init", image: "registry.example/init:1", securityContext: { privileged: true } }],
            containers: [{ name: "web", image: "registry.example/web:1" }],
        };
        const cron = object("batch/v1", "CronJob", "nightly", {
            spec: { schedule: "@daily", jobTemplate: { spec: { template: { spec } } } },
        });
        assert.deepEqual(
            faultsOf(control, [cron]).map(({ path }) => path),
            ["spec.jobTemplate.spec.template.spec.initContainers[0].securityContext.privileged"],
        );
    });

    it("refuses a pod whose account starts pods where privileged ones are admitted, at the label that is missing", () => {
        assert.deepEqual(
            faultsOf(control, [namespace(), worker, ...builds]).map(({ path }) => path),
            ['metadata.labels["pod-security.kubernetes.io/enforce"]'],
        );
    });

    it("allows the same where they are not, and a pod without a token", () => {
        assert.deepEqual(messagesOf(control, [namespace("restricted"), worker, ...builds]), []);
        assert.deepEqual(messagesOf(control, [namespace(), pod(), ...builds]), []);
    });

    it("says one thing of one change, however many pods come by it", () => {
        const other = pod({ automountServiceAccountToken: true }, {}, { name: "other" });
        assert.equal(messagesOf(control, [namespace(), worker, other, ...builds]).length, 1);
    });

    it("can't tell of a pod that is unknown before deployment", () => {
        const unknown = withUnknown(pod(), "spec");
        const outcomes = [...runControl(control, new Stack([resourceOf(unknown)]), {})];
        assert.deepEqual(
            outcomes.map(({ status }) => status),
            ["unverifiable"],
        );
    });
});
