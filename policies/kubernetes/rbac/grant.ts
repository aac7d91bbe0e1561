import type { RuleView } from "./rule";

/** Something that a rule may give. A rule grants it where group, resource and verb all match. */
export interface Grant {
    /** API groups, `""` for core; `["*"]` for any. */
    readonly groups: readonly string[];
    /** Resources, with their subresource where there is one: `pods/exec`; `userextras/*` for every subresource, `*` for any. */
    readonly resources: readonly string[];
    /** `["*"]` for "any verb at all". */
    readonly verbs: readonly string[];
    /** How further verbs begin, which `*` is not taken for. */
    readonly verbPrefix?: string;
    /** A rule limited to named objects is what the control asks for, so it is no fault. */
    readonly namesNarrow?: boolean;
    /** Only a rule that names one of these objects gives it. */
    readonly names?: readonly string[];
    /** The resources belong to the cluster, so a Role, which is about one namespace, can't give them. */
    readonly clusterScoped?: boolean;
}

/** The part of a grant that a rule gives, in the rule's own words. */
export interface Granted {
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    /** What the grant is about, where a wildcard stands for it: `impersonate on users`. */
    readonly among?: string;
}

/**
 * The part of a grant that a rule gives, or undefined. Matches as the RBAC authorizer does (`*` is any group, resource or
 * verb; `*` before a slash is that subresource of any resource) and, beyond it, takes `pods/*` for every subresource of pods and a
 * missing `apiGroups` for any group: the API server would refuse or ignore both, but what the author wanted is clear.
 */
export function granted(rule: RuleView, grant: Grant): Granted | undefined {
    const inGroup =
        rule.apiGroups.length === 0 ||
        grant.groups.includes("*") ||
        rule.apiGroups.some((group) => group === "*" || grant.groups.includes(group));
    const isNamed = grant.names === undefined || rule.resourceNames.some((name) => grant.names?.includes(name));
    if (!inGroup || !isNamed || (grant.namesNarrow === true && rule.resourceNames.length > 0)) {
        return undefined;
    }
    const resources = rule.resources.filter((resource) => grant.resources.some((want) => covers(resource, want)));
    const verbs = rule.verbs.filter((verb) => isWanted(verb, grant));
    if (resources.length === 0 || verbs.length === 0) {
        return undefined;
    }
    const verb = verbs.includes("*") ? grant.verbs[0] : verbs[0];
    const hidden = resources.includes("*") || (verbs.includes("*") && !grant.verbs.includes("*"));
    const resource = resources.includes("*") ? grant.resources[0] : resources[0];
    return { resources, verbs, ...(hidden && { among: `${verb === "*" ? "every verb" : verb} on ${resource}` }) };
}

function isWanted(verb: string, { verbs, verbPrefix }: Grant): boolean {
    return (
        (verbs.length > 0 && (verb === "*" || verbs.includes("*") || verbs.includes(verb))) ||
        (verbPrefix !== undefined && verb.startsWith(verbPrefix))
    );
}

function covers(resource: string, want: string): boolean {
    if (resource === "*" || want === "*" || resource === want) {
        return true;
    }
    const [parent = "", subresource] = want.split("/");
    if (subresource === "*") {
        return resource.startsWith(`${parent}/`) || resource.startsWith("*/");
    }
    return subresource !== undefined && (resource === `*/${subresource}` || resource === `${parent}/*`);
}

/** Says whether a rule gives everything in the core group or in all groups: as good as cluster-admin where it is bound. */
export function grantsEverything(rule: RuleView): boolean {
    return isEverything(rule) || (givesAll(rule) && rule.apiGroups.includes(""));
}

/** Says whether a rule gives every verb on every resource of every group. */
export function isEverything(rule: RuleView): boolean {
    return givesAll(rule) && (rule.apiGroups.length === 0 || rule.apiGroups.includes("*"));
}

function givesAll(rule: RuleView): boolean {
    return rule.resources.includes("*") && rule.verbs.includes("*");
}

/** `get, list on secrets` */
export function grantText(found: Granted): string {
    return `${found.verbs.join(", ")} on ${found.resources.join(", ")}`;
}
