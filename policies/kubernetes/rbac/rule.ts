import type { Body, KubeObject } from "../kube";
import { list, obj, strings } from "../kube";

/** One rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1 PolicyRule), read once. */
export interface RuleView {
    /** E.g. `rules[2]`. */
    readonly path: string;
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    /** Empty: every object of the resource. */
    readonly resourceNames: readonly string[];
    readonly nonResourceURLs: readonly string[];
}

/** What somebody asks of the API server, as its authorizers see it (authorization.k8s.io/v1 SubjectAccessReview). */
export type AccessRequest =
    | {
          readonly verb: string;
          readonly group: string;
          readonly resource: string;
          readonly subresource?: string;
          /** Empty: no object by name, as for list, create and deletecollection. */
          readonly name?: string;
          /** Empty: a cluster-scoped resource, or every namespace. */
          readonly namespace?: string;
      }
    | { readonly verb: string; readonly path: string };

/** Reads one rule; `path` is its own, e.g. `rules[2]`. */
export function ruleView(rule: Body, path: string): RuleView {
    return {
        path,
        apiGroups: strings(rule["apiGroups"]),
        resources: strings(rule["resources"]),
        verbs: strings(rule["verbs"]),
        resourceNames: strings(rule["resourceNames"]),
        nonResourceURLs: strings(rule["nonResourceURLs"]),
    };
}

const views = new WeakMap<KubeObject, readonly RuleView[]>();

/** The rules of a Role or ClusterRole as they stand in its manifest. */
export function rulesOf(role: KubeObject): readonly RuleView[] {
    let rules = views.get(role);
    if (rules === undefined) {
        rules = list(role.body["rules"]).map((rule, index) => ruleView(obj(rule), `${role.prefix}rules[${index}]`));
        views.set(role, rules);
    }
    return rules;
}

/**
 * Says whether a rule allows a request, word for word as the RBAC authorizer decides: `*` is any verb, group or resource with
 * any subresource, `*` before a slash that subresource of any resource, and a rule with names matches no request without one.
 */
export function ruleAllows(rule: RuleView, request: AccessRequest): boolean {
    if (!matchesAny(rule.verbs, request.verb)) {
        return false;
    }
    if ("path" in request) {
        return rule.nonResourceURLs.some(
            (url) =>
                url === "*" ||
                url === request.path ||
                (url.endsWith("*") && request.path.startsWith(url.replace(/\*+$/, ""))),
        );
    }
    const { group, resource, subresource = "", name = "" } = request;
    const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
    return (
        matchesAny(rule.apiGroups, group) &&
        rule.resources.some(
            (one) => one === "*" || one === wanted || (subresource !== "" && one === `*/${subresource}`),
        ) &&
        (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
    );
}

function matchesAny(values: readonly string[], wanted: string): boolean {
    return values.some((value) => value === "*" || value === wanted);
}
