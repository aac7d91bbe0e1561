import { mutationsAddNoPrivilege } from "../../../../policies/controls/audit/mutations-add-no-privilege";
import { describeControl } from "../../../support/control-suite";

const mutating = (expression: string, patch?: string) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name: "tested" },
    spec: {
        mutations: [
            patch === undefined ? { applyConfiguration: { expression } } : { jsonPatch: { expression: patch } },
        ],
    },
});
const kyverno = (mutate: object) => ({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "tested" },
    spec: { rules: [{ name: "a", mutate }] },
});
const assign = (location: string, value: unknown) => ({
    apiVersion: "mutations.gatekeeper.sh/v1",
    kind: "Assign",
    metadata: { name: "tested" },
    spec: { location, parameters: { assign: { value } } },
});

describeControl(mutationsAddNoPrivilege, {
    refused: {
        "an expression": {
            object: mutating("Object{spec: Object.spec{hostPID: true}}"),
            message: "spec.mutations[0] sets hostPID in what others apply. State it in the pods that need it.",
        },
        "an expression of a policy of Kyverno's for one namespace": {
            object: {
                ...mutating("Object{spec: Object.spec{hostPID: true}}"),
                apiVersion: "policies.kyverno.io/v1beta1",
                kind: "NamespacedMutatingPolicy",
            },
            message: "spec.mutations[0] sets hostPID in what others apply. State it in the pods that need it.",
        },
        "a JSON patch whose value comes before its path": {
            object: mutating("", 'JSONPatch{op: "add", value: true, path: "/spec/hostNetwork"}'),
            message: "spec.mutations[0] sets hostNetwork in what others apply. State it in the pods that need it.",
        },
        "what holds a container, switched off": {
            object: kyverno({ patchStrategicMerge: { spec: { securityContext: { runAsNonRoot: false } } } }),
            message: "spec.rules[0].mutate sets runAsNonRoot in what others apply. State it in the pods that need it.",
        },
        "the file system /proc without its masks": {
            object: kyverno({ patchStrategicMerge: { spec: { securityContext: { procMount: "Unmasked" } } } }),
            message: "spec.rules[0].mutate sets procMount in what others apply. State it in the pods that need it.",
        },
        "a JSON patch": {
            object: mutating("", 'JSONPatch{op: "add", path: "/spec/hostNetwork", value: true}'),
            message: "spec.mutations[0] sets hostNetwork in what others apply. State it in the pods that need it.",
        },
        "a patch that takes a standard away": {
            object: mutating(
                "",
                'JSONPatch{op: "remove", path: "/metadata/labels/pod-security.kubernetes.io~1enforce"}',
            ),
            message:
                "spec.mutations[0] sets pod-security.kubernetes.io in what others apply. State it in the pods that need it.",
        },
        "a volume of the node": {
            object: mutating(
                "Object{spec: Object.spec{volumes: [Object.spec.volumes{name: 'a', hostPath: Object.spec.volumes.hostPath{path: '/'}}]}}",
            ),
            message: "spec.mutations[0] sets hostPath in what others apply. State it in the pods that need it.",
        },
        "a rule of Kyverno's": {
            object: kyverno({
                patchStrategicMerge: { spec: { containers: [{ securityContext: { privileged: true } }] } },
            }),
            message: "spec.rules[0].mutate sets privileged in what others apply. State it in the pods that need it.",
        },
        "capabilities that Kyverno adds": {
            object: kyverno({
                patchStrategicMerge: {
                    spec: { securityContext: { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } },
                },
            }),
            message:
                "spec.rules[0].mutate sets capabilities.add in what others apply. State it in the pods that need it.",
        },
        "a patch of Kyverno's over some lines": {
            object: kyverno({
                patchesJson6902: "- op: add\n  path: /spec/hostIPC\n  value: true\n- op: remove\n  path: /spec/x",
            }),
            message: "spec.rules[0].mutate sets hostIPC in what others apply. State it in the pods that need it.",
        },
        "root, by a patch of Kyverno's that begins with the path": {
            object: kyverno({
                patchesJson6902: "- path: /spec/securityContext/runAsUser\n  op: replace\n  value: 0\n",
            }),
            message: "spec.rules[0].mutate sets runAsUser in what others apply. State it in the pods that need it.",
        },
        "capabilities, by a patch of Kyverno's": {
            object: kyverno({
                patchesJson6902: "- op: add\n  path: /spec/securityContext/capabilities/add/-\n  value: SYS_ADMIN\n",
            }),
            message:
                "spec.rules[0].mutate sets capabilities.add in what others apply. State it in the pods that need it.",
        },
        "capabilities, by an Assign of Gatekeeper's": {
            object: assign("spec.containers[name:*].securityContext.capabilities.add", ["SYS_ADMIN"]),
            message: "spec sets capabilities.add in what others apply. State it in the pods that need it.",
        },
        "a patch of Kyverno's": {
            object: kyverno({ patchesJson6902: '- {"op": "add", "path": "/spec/hostIPC", "value": true}' }),
            message: "spec.rules[0].mutate sets hostIPC in what others apply. State it in the pods that need it.",
        },
        "root, by Kyverno": {
            object: kyverno({ patchStrategicMerge: { spec: { securityContext: { runAsUser: 0 } } } }),
            message: "spec.rules[0].mutate sets runAsUser in what others apply. State it in the pods that need it.",
        },
        "a profile that is none": {
            object: kyverno({
                patchStrategicMerge: { spec: { securityContext: { seccompProfile: { type: "Unconfined" } } } },
            }),
            message: "spec.rules[0].mutate sets Unconfined in what others apply. State it in the pods that need it.",
        },
        "an Assign of Gatekeeper's": {
            object: assign("spec.hostPID", true),
            message: "spec sets hostPID in what others apply. State it in the pods that need it.",
        },
    },
    allowed: {
        "what hardens": {
            object: kyverno({
                patchStrategicMerge: {
                    spec: {
                        hostPID: false,
                        securityContext: {
                            allowPrivilegeEscalation: false,
                            runAsNonRoot: true,
                            runAsUser: 1000,
                            capabilities: { drop: ["ALL"] },
                        },
                    },
                },
            }),
        },
        "an expression that adds a label": {
            object: mutating("Object{metadata: Object.metadata{labels: {'team': 'shop'}}}"),
        },
        "a patch that hardens, beside what is true and nought of others": {
            object: kyverno({
                patchesJson6902: [
                    "- op: add\n  path: /spec/paused\n  value: true",
                    "- op: replace\n  path: /spec/replicas\n  value: 0",
                    "- op: add\n  path: /spec/hostPID\n  value: false",
                    "- op: add\n  path: /spec/securityContext/runAsUser\n  value: 1000",
                    "- op: remove\n  path: /spec/securityContext/capabilities/add",
                    "- op: replace\n  path: /spec/capabilities/add\n  value: []",
                ].join("\n"),
            }),
        },
        "an Assign that hardens": { object: assign("spec.hostPID", false) },
        "a rule that only refuses": {
            object: {
                ...kyverno({}),
                spec: { rules: [{ name: "a", validate: { pattern: { spec: { hostPID: true } } } }] },
            },
        },
    },
});
