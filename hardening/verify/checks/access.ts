import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved } from "../check";
import type { Expected } from "../expected";
import { nameOf, namespaceOf } from "../expected";
import type { Action, Subject } from "../live";

/** What opens a cluster further: the guide's `can-i create pods`, and every other way to more rights or other people's data. */
const DANGEROUS: readonly Omit<Action, "namespace">[] = [
    { verb: "create", group: "", resource: "pods" },
    { verb: "create", group: "", resource: "pods/exec" },
    { verb: "get", group: "", resource: "secrets" },
    { verb: "list", group: "", resource: "secrets" },
    { verb: "create", group: "", resource: "serviceaccounts/token" },
    { verb: "get", group: "", resource: "nodes/proxy" },
    { verb: "impersonate", group: "", resource: "users" },
    { verb: "patch", group: "apps", resource: "deployments" },
    { verb: "create", group: "rbac.authorization.k8s.io", resource: "rolebindings" },
    { verb: "escalate", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
    { verb: "bind", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
    { verb: "patch", group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicies" },
];

/** Asks the API server what each service account may do, and holds the answers against the stack's own roles. */
export const accessAsGranted: Check = {
    name: "access-as-granted",
    title: "Service accounts may do what the stack grants and nothing more",
    covers: ["ACC-1", "ACC-2", "ACC-3", "PRE-6"],
    remedy: "Look for the binding with: kubectl get rolebindings,clusterrolebindings -A -o wide; remove the one nobody asked for.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        const namespaces = expected.namespaces();
        const accounts = expected
            .ofKind("ServiceAccount")
            .map((one) => ({ namespace: namespaceOf(one), name: nameOf(one) }));
        // The account that pods get when they name none must be good for nothing.
        const all = [...accounts, ...namespaces.map((namespace) => ({ namespace, name: "default" }))];
        for (const { namespace, name } of all) {
            const subject = subjectOf(namespace, name);
            const actions = [...namespaces, "default", ""].flatMap((place) =>
                DANGEROUS.map((dangerous) => ({ ...dangerous, namespace: place })),
            );
            const allowed = await Promise.all(actions.map(async (action) => live.allowed(subject, action)));
            const extra = actions
                .filter((action, index) => allowed[index] === true && !grants(expected, { namespace, name }, action))
                .map(textOf);
            verdicts.push(
                extra.length === 0
                    ? proved(`ServiceAccount ${namespace}/${name}`, `${actions.length} questions answered as granted`)
                    : failed(
                          `ServiceAccount ${namespace}/${name}`,
                          `may ${extra.join(", ")}, which the stack does not grant`,
                      ),
            );
        }
        return verdicts;
    },
};

function textOf({ verb, group, resource, namespace }: Action): string {
    const what = [group, resource].filter((part) => part !== "").join("/");
    return `${verb} ${what} ${namespace === "" ? "everywhere" : `in ${namespace}`}`;
}

interface Account {
    readonly namespace: string;
    readonly name: string;
}

function subjectOf(namespace: string, name: string): Subject {
    return {
        user: `system:serviceaccount:${namespace}:${name}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    };
}

/** Whether the stack's own roles and bindings allow an action. Rules bound to names never allow the action in general. */
function grants(expected: Expected, account: Account, action: Action): boolean {
    const bindings = expected
        .ofKind("RoleBinding", "ClusterRoleBinding")
        .filter((binding) => binds(binding, account))
        .filter((binding) => binding["kind"] === "ClusterRoleBinding" || namespaceOf(binding) === action.namespace);
    return bindings.some((binding) => {
        const role = obj(binding["roleRef"]);
        return expected
            .ofKind(str(role["kind"]))
            .filter((candidate) => nameOf(candidate) === role["name"])
            .filter(
                (candidate) => candidate["kind"] === "ClusterRole" || namespaceOf(candidate) === namespaceOf(binding),
            )
            .flatMap((candidate) => list(candidate["rules"]).filter(isObj))
            .some((rule) => covers(rule, action));
    });
}

function binds(binding: Body, { namespace, name }: Account): boolean {
    return list(binding["subjects"])
        .filter(isObj)
        .some(
            (subject) =>
                subject["kind"] === "ServiceAccount" && subject["name"] === name && subject["namespace"] === namespace,
        );
}

function covers(rule: Body, action: Action): boolean {
    const holds = (field: string, value: string): boolean => {
        const values = strings(rule[field]);
        return values.includes("*") || values.includes(value);
    };
    return (
        list(rule["resourceNames"]).length === 0 &&
        holds("apiGroups", action.group) &&
        holds("resources", action.resource) &&
        holds("verbs", action.verb)
    );
}
