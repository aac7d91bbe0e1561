import { literal, texts } from "../../policies/engine/cel";
import type { Bound } from "../bounds";
import { alikeBut, boundSpec, byAccounts } from "../bounds";
import { QUARANTINE_LABEL, QUARANTINE_POLICY, RESPONDER } from "./rights";

/** A bound and the name of its ValidatingAdmissionPolicy. */
interface NamedBound extends Bound {
    readonly name: string;
}

/** Namespaces in which the responder changes nothing, whatever its policy file says. */
function outside(namespaces: readonly string[]): Bound["validations"][number] {
    return {
        expression: `!(request.namespace in ${texts(namespaces)})`,
        message: "the responder changes nothing in a protected namespace",
    };
}

const QUARANTINED = literal(QUARANTINE_LABEL);
const QUARANTINES = literal(QUARANTINE_POLICY);

const labels = (object: string): string => `${object}.metadata.?labels.orValue({})`;

const annotations = (object: string): string => `dyn(${object}).spec.template.metadata.?annotations.orValue({})`;

/**
 * What the responder's rights would allow and its steps never do. So whoever takes over the responder can take pods off the network
 * and delete them, but can't change what runs anywhere.
 *
 * @param namespace its own, where it marks the leading pod
 * @param protectedNamespaces left alone
 */
function responderBounds(namespace: string, protectedNamespaces: readonly string[]): readonly NamedBound[] {
    const leftAlone = outside(protectedNamespaces);
    const restarted = {
        expression: [
            alikeBut("dyn(object).spec", "dyn(oldObject).spec", ["template"]),
            alikeBut("dyn(object).spec.template", "dyn(oldObject).spec.template", ["metadata"]),
            alikeBut("dyn(object).spec.template.metadata", "dyn(oldObject).spec.template.metadata", ["annotations"]),
            // Others' annotations have webhooks put containers into the pods.
            alikeBut(annotations("object"), annotations("oldObject"), ["kubectl.kubernetes.io/restartedAt"]),
        ].join(" && "),
        message: "the responder restarts workloads, and changes nothing else of them",
    };
    const workload = (resource: string): NamedBound => ({
        name: `responder-${resource}`,
        apiGroup: "apps",
        apiVersion: "v1",
        resource,
        operations: ["UPDATE"],
        validations: [leftAlone, outside([namespace]), restarted],
    });
    return [
        {
            name: "responder-pods",
            apiGroup: "",
            apiVersion: "v1",
            resource: "pods",
            operations: ["UPDATE"],
            validations: [
                leftAlone,
                {
                    expression: "object.spec == oldObject.spec",
                    message: "the responder changes labels of pods, and nothing that runs",
                },
                {
                    expression: `request.namespace == ${literal(namespace)} || ${QUARANTINED} in ${labels("object")} || ${QUARANTINED} in ${labels("oldObject")}`,
                    message: "the responder puts pods into quarantine and takes them out",
                },
            ],
        },
        {
            name: "responder-pod-deletions",
            apiGroup: "",
            apiVersion: "v1",
            resource: "pods",
            operations: ["DELETE"],
            validations: [leftAlone, outside([namespace])],
        },
        {
            name: "responder-nodes",
            apiGroup: "",
            apiVersion: "v1",
            resource: "nodes",
            operations: ["UPDATE"],
            validations: [
                {
                    expression: `${labels("object")} == ${labels("oldObject")} && object.spec.?taints.orValue([]) == oldObject.spec.?taints.orValue([])`,
                    message: "the responder cordons nodes, and changes nothing else of them",
                },
            ],
        },
        {
            name: "responder-network-policies",
            apiGroup: "networking.k8s.io",
            apiVersion: "v1",
            resource: "networkpolicies",
            operations: ["CREATE"],
            validations: [
                leftAlone,
                {
                    expression: `object.metadata.name == ${QUARANTINES} && object.spec.?ingress.orValue([]).size() == 0 && object.spec.?egress.orValue([]).size() == 0 && object.spec.policyTypes.size() == 2`,
                    message: "the responder's network policies open nothing",
                },
                {
                    expression: `object.spec.podSelector.?matchLabels.orValue({}).size() == 0 && object.spec.podSelector.?matchExpressions.orValue([]).exists(e, e.key == ${QUARANTINED} && e.operator == 'Exists')`,
                    message: "the responder's network policies are for pods in quarantine",
                },
            ],
        },
        {
            name: "responder-network-policy-deletions",
            apiGroup: "networking.k8s.io",
            apiVersion: "v1",
            resource: "networkpolicies",
            operations: ["DELETE"],
            validations: [
                {
                    expression: `oldObject.metadata.name == ${QUARANTINES}`,
                    message: "the responder deletes its own network policies only",
                },
            ],
        },
        {
            name: "responder-external-secrets",
            apiGroup: "external-secrets.io",
            apiVersion: "v1",
            resource: "externalsecrets",
            operations: ["UPDATE"],
            validations: [
                {
                    expression: "object.spec == oldObject.spec",
                    message: "the responder has secrets read anew, and changes nothing of them",
                },
            ],
        },
        workload("deployments"),
        workload("statefulsets"),
        workload("daemonsets"),
    ];
}

/**
 * Of a person's decisions, whoever makes them: none of the former ones is changed, and new ones are in the name of whoever makes
 * them. The API server keeps their numbers unique.
 */
const DECISIONS: Bound = {
    apiGroup: "responder.x0tta6bl4.io",
    apiVersion: "v1alpha1",
    resource: "securityincidents",
    operations: ["UPDATE"],
    validations: [
        {
            expression: "oldObject.spec.?decisions.orValue([]).all(d, d in object.spec.?decisions.orValue([]))",
            message: "a decision stays as it was made",
        },
        {
            expression:
                "object.spec.?decisions.orValue([]).filter(d, !(d in oldObject.spec.?decisions.orValue([]))).all(d, d.by == request.userInfo.username && d.id >= oldObject.spec.?decisions.orValue([]).size() && d.id < object.spec.?decisions.orValue([]).size())",
            message: "a decision is in the name of whoever makes it, and numbered on",
        },
    ],
};

/**
 * `spec` of every ValidatingAdmissionPolicy by its name: of the bounds, for what the responder's account does, and of people's
 * decisions, whoever makes them.
 *
 * @param namespace the responder's own
 * @param protectedNamespaces where it changes nothing
 */
export function boundSpecs(
    namespace: string,
    protectedNamespaces: readonly string[],
): Readonly<Record<string, ReturnType<typeof boundSpec>>> {
    const by = byAccounts("by-the-responder", namespace, [RESPONDER]);
    const bounds = responderBounds(namespace, protectedNamespaces).map(
        (bound) => [bound.name, boundSpec(bound, { by })] as const,
    );
    return { ...Object.fromEntries(bounds), "responder-decisions": boundSpec(DECISIONS) };
}
