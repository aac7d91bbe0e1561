import { append } from "../selectors";
import type { Stack } from "../stack";
import { namespaceOf } from "../stack";
import { ifKnown } from "../unknown";
import { bindingOf } from "./bindings";
import { bootstrapPolicy } from "./bootstrap";
import { boundRules, clusterRoleRules, rbacObjects } from "./roles";
import type { AccessRequest, RuleView } from "./rule";
import { ruleAllows } from "./rule";

/** Who asks, as the API server's authenticators would say. */
export interface Asker {
    /** E.g. `jane` or `system:serviceaccount:shop:api`. */
    readonly user: string;
    /** E.g. `system:authenticated`; nothing is added to them. */
    readonly groups: readonly string[];
}

/** Who may do everything, whatever roles say (kube-apiserver, the privileged group). */
const SUPERUSERS = "system:masters";

/** A service account as the API server sees it: its user and the groups it is in. */
export function askerOf(namespace: string, account: string): Asker {
    return {
        user: accountUser(namespace, account),
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    };
}

/** Rules that are in force for somebody, in one namespace or (empty) in all of the cluster. */
export interface Grants {
    readonly namespace: string;
    readonly rules: readonly RuleView[];
    /** Which binding gives them: `ClusterRoleBinding ops`, `RoleBinding shop/readers`. */
    readonly by: string;
}

/**
 * What RBAC answers in a cluster that has the objects of a stack and nothing else beside what the API server brings along: the
 * decision of `kubectl auth can-i`, without the node authorizer, webhooks and what other stacks bind.
 */
export class Authorizer {
    private readonly grants = new Map<string, Grants[]>();

    constructor(stack: Stack) {
        for (const object of [...rbacObjects(stack, "ClusterRoleBinding"), ...rbacObjects(stack, "RoleBinding")]) {
            const binding = ifKnown(() => bindingOf(object));
            const rules = binding === undefined ? undefined : ifKnown(() => boundRules(stack, binding));
            for (const subject of rules === undefined ? [] : (binding?.subjects ?? [])) {
                const namespace = object.kind === "RoleBinding" ? namespaceOf(object) : "";
                const by = `${object.kind} ${namespace === "" ? "" : `${namespace}/`}${object.name}`;
                this.add(subject, { namespace, rules: rules ?? [], by });
            }
        }
        for (const { namespace, name, roleKind, role, subjects } of bootstrapPolicy().bindings.values()) {
            const shipped = bootstrapPolicy().roles.get(`${namespace}/${role}`)?.rules;
            const rules = roleKind === "ClusterRole" ? clusterRoleRules(stack, role) : shipped;
            const by = namespace === "" ? `ClusterRoleBinding ${name}` : `RoleBinding ${namespace}/${name}`;
            for (const subject of subjects) {
                this.add(subject, { namespace, rules: rules ?? [], by });
            }
        }
    }

    /** Everything RBAC gives somebody, superusers' rights aside. */
    public grantsOf({ user, groups }: Asker): readonly Grants[] {
        return [`User/${user}`, ...groups.map((group) => `Group/${group}`)].flatMap(
            (key) => this.grants.get(key) ?? [],
        );
    }

    /** Says whether somebody may do what they ask. */
    public allows(asker: Asker, request: AccessRequest): boolean {
        const namespace = "path" in request ? "" : (request.namespace ?? "");
        return (
            asker.groups.includes(SUPERUSERS) ||
            this.grantsOf(asker).some(
                (grants) =>
                    (grants.namespace === "" || grants.namespace === namespace) &&
                    grants.rules.some((rule) => ruleAllows(rule, request)),
            )
        );
    }

    private add(
        subject: { readonly kind: string; readonly name: string; readonly namespace: string },
        grants: Grants,
    ): void {
        if (subject.kind !== "ServiceAccount") {
            append(this.grants, `${subject.kind}/${subject.name}`, grants);
        } else if (subject.namespace !== "") {
            append(this.grants, `User/${accountUser(subject.namespace, subject.name)}`, grants);
        }
    }
}

function accountUser(namespace: string, account: string): string {
    return `system:serviceaccount:${namespace}:${account}`;
}

/** The authorizer of a stack, built on first use. */
export function authorizerOf(stack: Stack): Authorizer {
    return stack.memo(buildAuthorizer);
}

function buildAuthorizer(stack: Stack): Authorizer {
    return new Authorizer(stack);
}
