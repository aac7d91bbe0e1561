import { texts } from "../../engine/cel";
import type { AdmissionRule, ControlMeta, Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { rememberLast } from "../../memo";

/** One rule of a Role or ClusterRole, read once. */
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

/** What a control looks for in a rule. A rule grants it where group, resource and verb all match. */
export interface Grant {
    /** API groups, `""` for core. */
    readonly groups: readonly string[];
    /** Resources, with their subresource where there is one: `pods/exec`. */
    readonly resources: readonly string[];
    /** `["*"]` for "any verb at all". */
    readonly verbs: readonly string[];
    /** A rule limited to named objects is what the control asks for, so it is no fault. */
    readonly namesNarrow?: boolean;
    /** Only a rule that names one of these objects gives it. */
    readonly names?: readonly string[];
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** The rules of a Role or ClusterRole as they stand in its manifest. */
export const rulesOf = rememberLast((role: KubeObject): readonly RuleView[] =>
    list(role.body["rules"]).map((rule, index) => ruleView(obj(rule), `${role.prefix}rules[${index}]`)),
);

function ruleView(rule: Body, path: string): RuleView {
    return {
        path,
        apiGroups: strings(rule["apiGroups"]),
        resources: strings(rule["resources"]),
        verbs: strings(rule["verbs"]),
        resourceNames: strings(rule["resourceNames"]),
        nonResourceURLs: strings(rule["nonResourceURLs"]),
    };
}

/**
 * The part of a grant that a rule gives, or undefined. Matches as the RBAC authorizer does (`*` is any group, resource or
 * verb; `*` before a slash is that subresource of any resource) and, beyond it, takes `pods/*` for every subresource of pods and a
 * missing `apiGroups` for any group: the API server would refuse or ignore both, but what the author wanted is clear.
 */
export function granted(
    rule: RuleView,
    grant: Grant,
): { readonly resources: readonly string[]; readonly verbs: readonly string[] } | undefined {
    const inGroup =
        rule.apiGroups.length === 0 || rule.apiGroups.some((group) => group === "*" || grant.groups.includes(group));
    const isNamed = grant.names === undefined || rule.resourceNames.some((name) => grant.names?.includes(name));
    if (!inGroup || !isNamed || (grant.namesNarrow === true && rule.resourceNames.length > 0)) {
        return undefined;
    }
    const resources = rule.resources.filter((resource) => grant.resources.some((want) => covers(resource, want)));
    const verbs = rule.verbs.filter((verb) => verb === "*" || grant.verbs.includes("*") || grant.verbs.includes(verb));
    return resources.length > 0 && verbs.length > 0 ? { resources, verbs } : undefined;
}

function covers(resource: string, want: string): boolean {
    if (resource === "*" || resource === want) {
        return true;
    }
    if (!resource.includes("*")) {
        return false;
    }
    const [parent, subresource] = want.split("/");
    return subresource !== undefined && (resource === `*/${subresource}` || resource === `${parent}/*`);
}

/** Says whether a rule gives everything in the core group or in all groups: as good as cluster-admin where it is bound. */
export function grantsEverything(rule: RuleView): boolean {
    return (
        rule.resources.includes("*") &&
        rule.verbs.includes("*") &&
        (rule.apiGroups.length === 0 || rule.apiGroups.includes("*") || rule.apiGroups.includes(""))
    );
}

/** `get, list on secrets` */
export function grantText(found: { readonly resources: readonly string[]; readonly verbs: readonly string[] }): string {
    return `${found.verbs.join(", ")} on ${found.resources.join(", ")}`;
}

/** A control over the rules of Roles and ClusterRoles: each rule that gives one of the grants is a fault. */
export function grantControl(
    control: ControlMeta & {
        readonly grants: readonly Grant[];
        /** What to do, as the last sentence of the message. */
        readonly advice: string;
    },
): ObjectControl {
    const { grants, advice, ...meta } = control;
    return objectControl({
        admission: grantAdmission(grants),
        ...meta,
        kinds: [`${RBAC_GROUP}/Role`, `${RBAC_GROUP}/ClusterRole`],
        check: (role) => grantFaults(role, grants, advice),
    });
}

function* grantFaults(role: KubeObject, grants: readonly Grant[], advice: string): Iterable<Fault> {
    for (const rule of rulesOf(role)) {
        for (const grant of grants) {
            const found = granted(rule, grant);
            if (found !== undefined) {
                yield { path: rule.path, message: `${rule.path} grants ${grantText(found)}. ${advice}` };
                break;
            }
        }
    }
}

/** The same rule in Common Expression Language. */
export function grantAdmission(grants: readonly Grant[]): AdmissionRule {
    return { expression: noRule(grants.map(grantExpression).join(" || ")) };
}

/** True where no rule of the role meets a condition. A role that is aggregated from others may state `rules: null`. */
export function noRule(condition: string): string {
    return `!has(object.rules) || dyn(object.rules) == null || !object.rules.exists(r, ${condition})`;
}

function grantExpression(grant: Grant): string {
    const resources = grant.resources.flatMap((want) => {
        const [parent, subresource] = want.split("/");
        return subresource === undefined ? [want] : [want, `*/${subresource}`, `${parent}/*`];
    });
    return `(${[
        `(!has(r.apiGroups) || r.apiGroups.exists(g, g in ${texts(["*", ...grant.groups])}))`,
        `has(r.resources) && r.resources.exists(x, x in ${texts(["*", ...new Set(resources)])})`,
        ...(grant.verbs.includes("*") ? [] : [`r.verbs.exists(v, v in ${texts(["*", ...grant.verbs])})`]),
        ...(grant.namesNarrow === true ? ["(!has(r.resourceNames) || size(r.resourceNames) == 0)"] : []),
        ...(grant.names === undefined
            ? []
            : [`has(r.resourceNames) && r.resourceNames.exists(n, n in ${texts(grant.names)})`]),
    ].join(" && ")})`;
}
