import { literal, texts } from "../../engine/cel";
import type { AdmissionRule, ControlMeta, Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import type { KubeObject } from "../../kubernetes/kube";
import type { Grant, Granted } from "../../kubernetes/rbac/grant";
import { granted, grantText, isEverything } from "../../kubernetes/rbac/grant";
import type { PowerName } from "../../kubernetes/rbac/powers";
import { POWERS } from "../../kubernetes/rbac/powers";
import { rulesOf } from "../../kubernetes/rbac/rule";

/** The kinds that hold rules, written for `objectControl`. OpenShift serves its own copies of the older API. */
export const ROLE_KINDS = ["Role", "ClusterRole"].flatMap((kind) => [
    `rbac.authorization.k8s.io/${kind}`,
    `authorization.openshift.io/${kind}`,
]);

/** A control over the rules of Roles and ClusterRoles: each rule that gives a power is a fault. */
export function grantControl(
    control: ControlMeta & {
        readonly power: PowerName;
        /** What to do, as the last sentence of the message. */
        readonly advice: string;
    },
): ObjectControl {
    const { power, advice, ...meta } = control;
    const { grants } = POWERS[power];
    return objectControl({
        admission: grantAdmission(grants),
        ...meta,
        kinds: ROLE_KINDS,
        check: (role) => grantFaults(role, grants, advice),
    });
}

/**
 * The faults of a role's rules. A rule that gives everything is one fault, of `no-rbac-wildcards`, and none here.
 */
function* grantFaults(role: KubeObject, grants: readonly Grant[], advice: string): Iterable<Fault> {
    for (const rule of rulesOf(role)) {
        for (const grant of isEverything(rule) ? [] : grants) {
            const found = canGrant(role, grant) ? granted(rule, grant) : undefined;
            if (found !== undefined) {
                yield { path: rule.path, message: `${rule.path} grants ${grantMessage(found, advice)}` };
                break;
            }
        }
    }
}

/** A Role is about its namespace, so it can't grant what belongs to the cluster. */
function canGrant(role: KubeObject, grant: Grant): boolean {
    return grant.clusterScoped !== true || role.kind === "ClusterRole";
}

/** What is granted, and what to do; where a wildcard gives it, no advice about the resource or verb would help. */
export function grantMessage(found: Granted, advice: string): string {
    return found.among === undefined
        ? `${grantText(found)}. ${advice}`
        : `${grantText(found)}, ${found.among} among it. Name the resources and verbs that are needed.`;
}

/** The same rule in Common Expression Language. */
export function grantAdmission(grants: readonly Grant[]): AdmissionRule {
    return { expression: noRule(`!${EVERYTHING} && (${grants.map(grantExpression).join(" || ")})`) };
}

/** What `isEverything` says of a rule. */
const EVERYTHING =
    "((!has(r.apiGroups) || size(r.apiGroups) == 0 || '*' in r.apiGroups) && has(r.resources) && '*' in r.resources && '*' in r.verbs)";

/** True where no rule of the role meets a condition. A role that is aggregated from others may state `rules: null`. */
export function noRule(condition: string): string {
    return `!has(object.rules) || dyn(object.rules) == null || !object.rules.exists(r, ${condition})`;
}

function verbExpression({ verbs, verbPrefix }: Grant): string {
    if (verbPrefix !== undefined) {
        return `r.verbs.exists(v, v.startsWith(${literal(verbPrefix)}))`;
    }
    return verbs.includes("*") ? "size(r.verbs) > 0" : `r.verbs.exists(v, v in ${texts(["*", ...verbs])})`;
}

function grantExpression(grant: Grant): string {
    const resources = grant.resources.flatMap((want) => {
        const [parent, subresource] = want.split("/");
        return subresource === undefined || subresource === "*" ? [want] : [want, `*/${subresource}`, `${parent}/*`];
    });
    const below = grant.resources.filter((want) => want.endsWith("/*")).map((want) => want.slice(0, -1));
    const starts = [...below, ...(below.length > 0 ? ["*/"] : [])].map(
        (start) => ` || x.startsWith(${literal(start)})`,
    );
    return `(${[
        ...(grant.clusterScoped === true ? ["object.kind == 'ClusterRole'"] : []),
        ...(grant.groups.includes("*")
            ? []
            : [
                  `(!has(r.apiGroups) || size(r.apiGroups) == 0 || r.apiGroups.exists(g, g in ${texts(["*", ...grant.groups])}))`,
              ]),
        grant.resources.includes("*")
            ? "has(r.resources) && size(r.resources) > 0"
            : `has(r.resources) && r.resources.exists(x, x in ${texts(["*", ...new Set(resources)])}${starts.join("")})`,
        verbExpression(grant),
        ...(grant.namesNarrow === true ? ["(!has(r.resourceNames) || size(r.resourceNames) == 0)"] : []),
        ...(grant.names === undefined
            ? []
            : [`has(r.resourceNames) && r.resourceNames.exists(n, n in ${texts(grant.names)})`]),
    ].join(" && ")})`;
}
