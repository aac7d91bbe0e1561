import type { KubeObject } from "../kube";
import { list, obj, str } from "../kube";
import { append } from "../selectors";
import type { Stack } from "../stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "../stack";
import { ifKnown } from "../unknown";

/** A RoleBinding or ClusterRoleBinding. */
export interface BindingView {
    readonly object: KubeObject;
    readonly roleKind: string;
    readonly roleName: string;
    readonly subjects: readonly SubjectView[];
}

/** One subject of a binding. */
export interface SubjectView {
    /** E.g. `subjects[0]`. */
    readonly path: string;
    /** `User`, `Group` or `ServiceAccount`. */
    readonly kind: string;
    readonly name: string;
    /** Of a service account; that of a RoleBinding where the subject names none, and none at all in a ClusterRoleBinding. */
    readonly namespace: string;
}

/** The kinds that bind, written for `objectControl`. */
export const BINDING_KINDS = ["RoleBinding", "ClusterRoleBinding"].flatMap((kind) => [
    `rbac.authorization.k8s.io/${kind}`,
    // OpenShift keeps its own copies of the older API.
    `authorization.openshift.io/${kind}`,
]);

/** Reads a RoleBinding or ClusterRoleBinding. */
export function bindingOf(object: KubeObject): BindingView {
    const roleRef = obj(object.body["roleRef"]);
    return {
        object,
        roleKind: str(roleRef["kind"]) || "ClusterRole",
        roleName: str(roleRef["name"]),
        subjects: list(object.body["subjects"]).map((entry, index) => {
            const subject = obj(entry);
            return {
                path: `${object.prefix}subjects[${index}]`,
                kind: str(subject["kind"]),
                name: str(subject["name"]),
                namespace: str(subject["namespace"]) || (object.kind === "RoleBinding" ? namespaceOf(object) : ""),
            };
        }),
    };
}

/** Every RoleBinding and ClusterRoleBinding of a stack. */
export function bindingObjects(stack: Stack): readonly KubeObject[] {
    return ["RoleBinding", "ClusterRoleBinding"]
        .flatMap((kind) => stack.ofKind(kind))
        .filter(({ group, kind }) => BINDING_KINDS.includes(`${group}/${kind}`));
}

/** The name by which the API server knows a service account as a user (Kubernetes RBAC, "Referring to subjects"). */
const ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The service account that a subject is, named as such or as the user it is; undefined for anybody else. */
export function accountOf(subject: SubjectView): { readonly namespace: string; readonly name: string } | undefined {
    if (subject.kind === "ServiceAccount") {
        return subject;
    }
    const [, namespace, name] = subject.kind === "User" ? (ACCOUNT_USER.exec(subject.name) ?? []) : [];
    return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** The bindings that name a service account as their subject. */
export function bindingsOfServiceAccount(stack: Stack, namespace: string, name: string): readonly BindingView[] {
    return stack.memo(bindingsByAccount).get(`${namespace || DEFAULT_NAMESPACE}/${name}`) ?? [];
}

function bindingsByAccount(stack: Stack): ReadonlyMap<string, readonly BindingView[]> {
    const found = new Map<string, BindingView[]>();
    for (const object of bindingObjects(stack)) {
        // A binding that is unknown is left out here; the controls over bindings report it as unverifiable.
        const binding = ifKnown(() => bindingOf(object));
        for (const subject of binding?.subjects ?? []) {
            const account = accountOf(subject);
            if (binding !== undefined && account !== undefined) {
                append(found, `${account.namespace}/${account.name}`, binding);
            }
        }
    }
    return found;
}

/** The role a binding refers to, where it is in the stack. */
export function roleOf(stack: Stack, binding: BindingView): KubeObject | undefined {
    return binding.roleKind === "Role"
        ? stack.find("Role", binding.object.namespace, binding.roleName)
        : stack.find("ClusterRole", "", binding.roleName);
}
