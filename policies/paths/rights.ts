import type { AccessRequest, RuleView } from "../kubernetes/rbac/rule";
import { ruleAllows } from "../kubernetes/rbac/rule";

/** Any one of these verbs on any one of these resources. */
interface Clause {
    /** By API group, empty for core; each with its subresource where there is one: `pods/exec`. */
    readonly resources: Readonly<Record<string, readonly string[]>>;
    readonly verbs: readonly string[];
}

/** Something to be allowed, in any one of several ways. */
export interface Right {
    readonly ways: readonly Clause[];
    /** The resource belongs to the cluster, so a RoleBinding can't give it. */
    readonly clusterScoped?: true;
    /** Only these objects are worth anything. */
    readonly names?: readonly string[];
}

/** How a rule gives a right. */
export interface Held {
    /** The rule, e.g. `rules[2]`. */
    readonly path: string;
    /** The request that the API server allows, without its namespace. */
    readonly request: Exclude<AccessRequest, { readonly path: string }>;
}

/** What of a right some rules give: every object, or some by their names. */
export interface Holding {
    readonly all?: Held;
    readonly named: ReadonlyMap<string, Held>;
}

const CACHE = new WeakMap<readonly RuleView[], Map<Right, Holding>>();

/** What of a right some rules give. */
export function holdingOf(rules: readonly RuleView[], right: Right): Holding {
    let known = CACHE.get(rules);
    if (known === undefined) {
        CACHE.set(rules, (known = new Map<Right, Holding>()));
    }
    let holding = known.get(right);
    if (holding === undefined) {
        known.set(right, (holding = holdingIn(rules, right)));
    }
    return holding;
}

export function isHeld({ all, named }: Holding): boolean {
    return all !== undefined || named.size > 0;
}

function holdingIn(rules: readonly RuleView[], right: Right): Holding {
    const named = new Map<string, Held>();
    let all: Held | undefined;
    for (const rule of rules) {
        for (const request of requestsOf(right, rule)) {
            // A request for everything of a resource names no object; one of a rule with names has to.
            if (right.names === undefined && ruleAllows(rule, request)) {
                all ??= { path: rule.path, request };
            }
            for (const name of isNameable(request) ? (right.names ?? rule.resourceNames) : []) {
                const one = { ...request, name };
                if (!named.has(name) && ruleAllows(rule, one)) {
                    named.set(name, { path: rule.path, request: one });
                }
            }
        }
    }
    return all === undefined ? { named } : { all, named };
}

type ResourceRequest = Held["request"];

/** The requests that a right is for, without those in groups that a rule says nothing of: most rules are about few. */
function* requestsOf({ ways }: Right, rule: RuleView): Iterable<ResourceRequest> {
    for (const { resources, verbs } of ways) {
        for (const [group, paths] of Object.entries(resources)) {
            if (!rule.apiGroups.includes(group) && !rule.apiGroups.includes("*")) {
                continue;
            }
            for (const path of paths) {
                const [resource = "", subresource] = path.split("/");
                for (const verb of verbs) {
                    yield { verb, group, resource, ...(subresource !== undefined && { subresource }) };
                }
            }
        }
    }
}

/** A request to create an object, or to delete a collection, names none (Kubernetes RBAC, "Referring to resources"). */
function isNameable({ verb, subresource }: ResourceRequest): boolean {
    return verb !== "deletecollection" && (verb !== "create" || subresource !== undefined);
}
