import assert from "node:assert/strict";
import { join } from "node:path";

import { Admission } from "../../../components/admission/admission";
import { waiversOf } from "../../../policies/engine/waivers";
import { kindsOf } from "../../../components/admission/catalogue";
import { waivedExpression } from "../../../components/admission/expressions";
import { literal } from "../../../policies/engine/cel";
import { bindingSpecs, policySpec, twins } from "../../../components/admission/policies";
import { admissionSettings } from "../../../components/admission/settings";
import type { Control } from "../../../policies/engine/control";
import { objectControl, podControl } from "../../../policies/engine/control";
import { controls } from "../../../policies/controls";

import { deploy, refusalOf } from "../../support/deploy";

const meta = {
    description: "No pod is bad.",
    why: "Bad pods are bad.",
    severity: "high",
    covers: [],
    frameworks: [],
    remediation: "Make it good.",
    profiles: ["x0tta6bl4"],
} as const;

const pods = podControl({
    ...meta,
    name: "no-bad-pods",
    admission: { expression: "variables.good", variables: { good: "variables.podSpec == null" } },
    *check() {},
});

const roles = objectControl({
    ...meta,
    name: "no-bad-roles",
    kinds: ["rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"],
    admission: { expression: "true" },
    *check() {},
});

function settings(raw: object = {}) {
    return admissionSettings.read(raw, "admission", []);
}

function selected(control: Control, enforcement: "mandatory" | "advisory" = "mandatory") {
    return [{ control, enforcement, params: {} }] as const;
}

function twin(control: Control, raw: object = {}, enforcement: "mandatory" | "advisory" = "mandatory") {
    const [found] = twins(settings(raw), selected(control, enforcement));
    assert.ok(found);
    return found;
}

const WAIVER = {
    control: "no-bad-pods",
    object: "DaemonSet falco/falco",
    reason: "r",
    owner: "o",
    ticket: "T-1",
    expires: "2027-01-01",
    from: "test",
};

/** The same for ever. */
const EXCEPTED = { control: WAIVER.control, object: WAIVER.object };

describe("Admission", () => {
    it("looks at every kind that carries a pod, as the control does, and at ephemeral containers", () => {
        assert.deepEqual(
            kindsOf(pods.applies).map(({ kind }) => kind),
            [
                "Pod",
                "PodTemplate",
                "ReplicationController",
                "Deployment",
                "DaemonSet",
                "StatefulSet",
                "ReplicaSet",
                "Job",
                "CronJob",
            ],
        );
        const rules = policySpec(twin(pods), [], []).matchConstraints;
        assert.deepEqual((rules as { resourceRules: unknown }).resourceRules, [
            {
                apiGroups: [""],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE"],
                resources: ["pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers"],
            },
            {
                apiGroups: ["apps"],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE"],
                resources: ["deployments", "daemonsets", "statefulsets", "replicasets"],
            },
            {
                apiGroups: ["batch"],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE"],
                resources: ["jobs", "cronjobs"],
            },
        ]);
    });

    it("fails closed, leaves the API server and objects on their way out alone, and says what the control says", () => {
        const { failurePolicy, matchConditions, validations, variables } = policySpec(twin(pods), [], ["system:cni"]);
        assert.equal(failurePolicy, "Fail");
        assert.deepEqual(matchConditions, [
            {
                name: "not-the-api-server-itself",
                expression: "!(request.userInfo.username in ['system:apiserver', 'system:cni'])",
            },
            {
                name: "not-only-its-finalizers-on-its-way-out",
                expression: [
                    "!has(object.metadata.deletionTimestamp) || oldObject == null",
                    "object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({})",
                    "object.metadata.?annotations.orValue({}) != oldObject.metadata.?annotations.orValue({})",
                    "object.exists(k, k != 'metadata' && !(k in oldObject && object[k] == oldObject[k]))",
                    "oldObject.exists(k, !(k in object))",
                ].join(" ||\n"),
            },
        ]);
        assert.deepEqual(validations, [
            {
                expression: "variables.waived || (variables.good)",
                message: "no-bad-pods: No pod is bad. Make it good.",
                reason: "Forbidden",
            },
        ]);
        assert.deepEqual(
            (variables as { name: string }[]).map(({ name }) => name),
            ["podSpec", "containers", "waived", "good"],
        );
    });

    it("admits what a waiver covers, and the pods that the waived workload makes", () => {
        assert.equal(
            waivedExpression([EXCEPTED]),
            "(object.metadata.?namespace.orValue('') == 'falco' && ((object.kind == 'DaemonSet' && object.metadata.name == 'falco') || " +
                "(object.kind in ['Job', 'Pod', 'ReplicaSet'] && object.metadata.name.startsWith('falco-') && variables.podSpec != null && " +
                "variables.podSpec.?serviceAccountName.orValue('') == 'falco' && " +
                "object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) && " +
                "(o.kind == 'DaemonSet' && o.name == 'falco' || o.kind in ['Job', 'ReplicaSet'] && o.name.startsWith('falco-'))) && " +
                "(request.userInfo.username in ['system:serviceaccount:kube-system:cronjob-controller', " +
                "'system:serviceaccount:kube-system:daemon-set-controller', " +
                "'system:serviceaccount:kube-system:deployment-controller', " +
                "'system:serviceaccount:kube-system:job-controller', " +
                "'system:serviceaccount:kube-system:replicaset-controller', " +
                "'system:serviceaccount:kube-system:statefulset-controller', " +
                "'system:serviceaccount:kube-system:replication-controller', 'system:kube-controller-manager'] || " +
                "request.operation == 'UPDATE' && oldObject.?spec.orValue(null) == object.?spec.orValue(null)))))",
        );
        assert.equal(
            waivedExpression([{ ...EXCEPTED, object: "Namespace falco" }]),
            "(object.metadata.?namespace.orValue('') == '' && (object.kind == 'Namespace' && object.metadata.name == 'falco'))",
        );
        assert.equal(
            waivedExpression([{ ...EXCEPTED, object: "Service.serving.knative.dev shop/web" }]),
            "(object.metadata.?namespace.orValue('') == 'shop' && (object.kind == 'Service' && " +
                "object.apiVersion.startsWith('serving.knative.dev/') && object.metadata.name == 'web'))",
        );
        assert.equal(waivedExpression([]), "false");
    });

    it("admits what a waiver covers as long as it is made before the end of the waiver's last day", () => {
        const excepted = waivedExpression([EXCEPTED]);
        assert.equal(
            waivedExpression([{ ...WAIVER, expires: "2026-12-31" }]),
            "((request.operation != 'CREATE' || timestamp(object.metadata.creationTimestamp) < " +
                `timestamp('2027-01-01T00:00:00Z')) && ${excepted})`,
        );
    });

    it("quotes what it puts into an expression", () => {
        assert.equal(literal("it's a \\ and\na line"), "'it\\'s a \\\\ and\\na line'");
    });

    it("waives nothing for another control", () => {
        const [, , waived] = policySpec(twin(pods), [{ ...WAIVER, control: "other" }], []).variables as {
            expression: string;
        }[];
        assert.equal(waived?.expression, "false");
    });

    it("audits, warns or denies as the stack says, and never both warns and denies", () => {
        const actionsOf = (raw: object, enforcement?: "advisory") =>
            bindingSpecs(twin(pods, raw, enforcement), ["shop"], "x0tta6bl4")[""]?.validationActions;
        assert.deepEqual(actionsOf({ action: "audit" }), ["Audit"]);
        assert.deepEqual(actionsOf({}), ["Warn", "Audit"]);
        assert.deepEqual(actionsOf({ action: "deny" }), ["Deny", "Audit"]);
        assert.deepEqual(actionsOf({ controls: { "no-bad-pods": "deny" } }), ["Deny", "Audit"]);
        assert.deepEqual(actionsOf({ action: "deny" }, "advisory"), ["Warn", "Audit"]);
        assert.deepEqual(actionsOf({ controls: { "no-bad-pods": "deny" } }, "advisory"), ["Deny", "Audit"]);
        assert.deepEqual(twins(settings({ action: "off" }), selected(pods)), []);
    });

    it("is bound to the managed namespaces, and only warns about objects outside of any", () => {
        const bindings = bindingSpecs(twin(roles, { action: "deny" }), ["shop", "falco"], "x0tta6bl4");
        assert.deepEqual(Object.keys(bindings), ["", "-cluster"]);
        assert.deepEqual(bindings[""]?.validationActions, ["Deny", "Audit"]);
        assert.deepEqual((bindings[""].matchResources as { namespaceSelector: unknown }).namespaceSelector, {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["falco", "shop"] }],
        });
        assert.deepEqual(bindings["-cluster"]?.validationActions, ["Warn", "Audit"]);
    });

    it("creates a policy for every control that has a counterpart, and a binding at least", async () => {
        const deployed = await deploy(
            () => new Admission("admission", { settings: settings(), namespaces: ["shop"], admitted: [] }),
        );
        const names = deployed
            .list()
            .filter(([type]) => type.endsWith(":ValidatingAdmissionPolicy"))
            .map(([, name]) => name.replace("admission-", ""));
        const able = controls.filter(
            ({ admission, applies, profiles }) =>
                admission !== undefined &&
                !("none" in admission) &&
                applies !== undefined &&
                profiles.includes("x0tta6bl4"),
        );
        assert.ok(names.length > 20, `only ${names.length} policies`);
        assert.deepEqual(
            names.filter((name) => !able.some((control) => control.name === name)),
            [],
        );
    });

    it("reads the waivers of a stack that has some, and none for one that has no file", () => {
        const folder = join(__dirname, "../../../policies/waivers");
        assert.ok(waiversOf("staging", folder, controls).length > 0);
        assert.deepEqual(waiversOf("no-such-stack", folder, controls), []);
    });

    it("is refused with a control that does not exist or has no counterpart, all at once", async () => {
        const wrong = settings({
            controls: { "no-host-pidd": "deny", "projected-tokens-bounded": "deny", "no-host-pid": "audit" },
        });
        assert.equal(
            await refusalOf(() => new Admission("a", { settings: wrong, namespaces: ["shop"], admitted: [] })),
            [
                "a:",
                '  controls.no-host-pidd: there is no such control; did you mean "no-host-pid"?',
                "  controls.projected-tokens-bounded: this control has no admission counterpart; CONTROLS.md says why",
            ].join("\n"),
        );
    });

    it("is refused with an unknown action", () => {
        const faults: string[] = [];
        admissionSettings.read({ action: "block" }, "admission", faults);
        assert.deepEqual(faults, ['admission.action must be one of audit, warn, deny, off, found "block"']);
    });
});
