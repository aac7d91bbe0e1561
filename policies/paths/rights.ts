import type { AccessRequest, RuleView } from "../kubernetes/rbac/rule";
import { ruleAllows } from "../kubernetes/rbac/rule";
import { rememberEach } from "../memo";

/** Any one of these verbs on any one of these resources. */
interface Clause {
    /** By API group, empty for core; each with its subresource where there is one: `pods/exec`. */
    readonly resources: Readonly<Record<string, readonly string[]>>;
    readonly verbs: readonly string[];
    /** The API server asks for it in no namespace, so a RoleBinding can't give it. */
    readonly clusterScoped?: true;
}

/** Something to be allowed, in any one of several ways. */
export interface Right {
    readonly ways: readonly Clause[];
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

const holdingsOf = rememberEach((rules: readonly RuleView[]) =>
    rememberEach((right: Right): Holding => holdingIn(rules, right)),
);

/** What of a right some rules give where they hold in the whole cluster. */
export function holdingOf(rules: readonly RuleView[], right: Right): Holding {
    return holdingsOf(rules)(right);
}

/** The same where they hold in one namespace. */
export function holdingInNamespace(rules: readonly RuleView[], right: Right): Holding {
    return holdingOf(rules, namespacedPart(right));
}

const namespacedPart = rememberEach((right: Right): Right => {
    const ways = right.ways.filter(({ clusterScoped }) => clusterScoped !== true);
    return ways.length === right.ways.length ? right : { ...right, ways };
});

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

/** The requests of a right on one resource. */
interface Asked {
    readonly group: string;
    readonly requests: readonly ResourceRequest[];
    /** The words by which a rule may mean the resource. */
    readonly words: readonly string[];
}

const askedOf = rememberEach(({ ways }: Right): readonly Asked[] =>
    ways.flatMap(({ resources, verbs }) =>
        Object.entries(resources).flatMap(([group, paths]) =>
            paths.map((path) => {
                const [resource = "", subresource] = path.split("/");
                const place = { group, resource, ...(subresource !== undefined && { subresource }) };
                return {
                    group,
                    requests: verbs.map((verb) => ({ verb, ...place })),
                    words: ["*", path, ...(subresource === undefined ? [] : [`*/${subresource}`])],
                };
            }),
        ),
    ),
);

/** The requests of a right that a rule may be about: most rules are about few, and most questions end here. */
function* requestsOf(right: Right, { apiGroups, resources }: RuleView): Iterable<ResourceRequest> {
    const isAny = apiGroups.includes("*");
    for (const { group, requests, words } of askedOf(right)) {
        if ((isAny || apiGroups.includes(group)) && resources.some((resource) => words.includes(resource))) {
            yield* requests;
        }
    }
}

/** A request to create an object, or to delete a collection, names none (Kubernetes RBAC, "Referring to resources"). */
function isNameable({ verb, subresource }: ResourceRequest): boolean {
    return verb !== "deletecollection" && (verb !== "create" || subresource !== undefined);
}
