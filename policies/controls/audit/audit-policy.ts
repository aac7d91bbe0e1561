import type { Body } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";

/** One rule of an audit policy (audit.k8s.io Policy). */
export interface AuditRule {
    /** `None`, `Metadata`, `Request` or `RequestResponse`. */
    readonly level: string;
    readonly verbs: readonly string[];
    /** Narrowed to some users, groups, namespaces or URLs, so that it does not speak for all requests. */
    readonly narrowed: boolean;
    /** Empty: every resource. */
    readonly resources: readonly Body[];
}

/** The rules of an audit policy, in the order in which they are tried. */
export function auditRules(policy: Body): readonly AuditRule[] {
    return list(policy["rules"]).map((entry) => {
        const rule = obj(entry);
        return {
            level: str(rule["level"]),
            verbs: strings(rule["verbs"]),
            narrowed: ["users", "userGroups", "namespaces", "nonResourceURLs"].some(
                (field) => list(rule[field]).length > 0,
            ),
            resources: list(rule["resources"]).map(obj),
        };
    });
}

/** The level at which a policy writes down a request that anybody may make; `None` where no rule speaks for it. */
export function auditLevel(rules: readonly AuditRule[], group: string, resource: string, verb: string): string {
    const first = rules.find(
        (rule) =>
            !rule.narrowed &&
            (rule.verbs.length === 0 || rule.verbs.includes(verb)) &&
            (rule.resources.length === 0 || rule.resources.some((entry) => names(entry, group, resource))),
    );
    return first?.level ?? "None";
}

/** `pods/*` is every subresource of pods, `*` before a slash that subresource of all (audit.k8s.io GroupResources). */
function names(entry: Body, group: string, resource: string): boolean {
    const [parent, subresource] = resource.split("/");
    const wanted = strings(entry["resources"]);
    return (
        str(entry["group"]) === group &&
        list(entry["resourceNames"]).length === 0 &&
        (wanted.length === 0 ||
            wanted.includes("*") ||
            wanted.includes(resource) ||
            (subresource !== undefined && (wanted.includes(`${parent}/*`) || wanted.includes(`*/${subresource}`))))
    );
}
