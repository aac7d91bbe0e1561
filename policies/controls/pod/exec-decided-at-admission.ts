import { stackControl } from "../../engine/control";
import { mitre, nist, nsa } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

const EXEC_RESOURCES: readonly string[] = ["pods/exec", "pods/*", "*/*"];
/** How Kyverno names the request to run a command in a pod. */
const EXEC_KINDS: readonly string[] = ["PodExecOptions", "Pod/exec", "v1/PodExecOptions"];

/** A rule of a webhook or of a ValidatingAdmissionPolicy that is asked about exec: the verb of such requests is CONNECT. */
function asksAboutExec(rule: Body): boolean {
    return (
        strings(rule["operations"]).some((operation) => operation === "CONNECT" || operation === "*") &&
        strings(rule["resources"]).some((resource) => EXEC_RESOURCES.includes(resource))
    );
}

function decidesOnExec(object: KubeObject): boolean {
    const spec = obj(object.body["spec"]);
    switch (object.kind) {
        case "ValidatingAdmissionPolicy":
            return list(obj(spec["matchConstraints"])["resourceRules"]).some((rule) => asksAboutExec(obj(rule)));
        case "ValidatingWebhookConfiguration":
            return list(object.body["webhooks"]).some((webhook) =>
                list(obj(webhook)["rules"]).some((rule) => asksAboutExec(obj(rule))),
            );
        default:
            return (
                object.group === "kyverno.io" && list(spec["rules"]).some((rule) => namesExec(obj(obj(rule)["match"])))
            );
    }
}

function namesExec(match: Body): boolean {
    const clauses = [match, ...list(match["any"]).map(obj), ...list(match["all"]).map(obj)];
    return clauses.some(({ resources }) => strings(obj(resources)["kinds"]).some((kind) => EXEC_KINDS.includes(kind)));
}

/** Says whether some policy of the stack is asked about exec. Worked out once per stack. */
function isDecided(stack: Stack): boolean {
    return ["ValidatingAdmissionPolicy", "ValidatingWebhookConfiguration", "ClusterPolicy", "Policy"]
        .flatMap((kind) => stack.ofKind(kind))
        .some((object) => ifKnown(() => decidesOnExec(object)) ?? false);
}

export const execDecidedAtAdmission = stackControl({
    name: "exec-decided-at-admission",
    description: "Where a stack brings namespaces, an admission policy decides who may run commands in their pods.",
    why: "RBAC can't tell one pod of a namespace from another, so whoever may exec at all may exec into the one with the keys.",
    severity: "low",
    // An exec is a request and not an object; the policy may well be the cluster owner's.
    enforcement: "advisory",
    covers: ["pod.commands-denied"],
    frameworks: [...nsa("Kubernetes Pod security"), ...mitre("T1609"), ...nist("AC-3", "AC-17")],
    remediation:
        "Add a ValidatingAdmissionPolicy for the operation CONNECT on pods/exec, or grant pods/exec to nobody.",
    profiles: [],
    admission: { none: "It asks for an admission policy; which requests that one allows is for its author to say." },
    *check(stack, { each }) {
        yield* each(
            stack.memo(isDecided) ? [] : stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                yield {
                    object: namespace,
                    path: `${namespace.prefix}metadata.name`,
                    message: `${namespace.prefix}metadata.name is "${namespace.name}", and no admission policy of the stack decides on exec into its pods. Add one.`,
                };
            },
        );
    },
});
