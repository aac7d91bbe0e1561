import { isBuiltIn } from "../kubernetes/api";
import type { KubeObject } from "../kubernetes/kube";
import type { Grant } from "../kubernetes/rbac/grant";
import { granted, grantText } from "../kubernetes/rbac/grant";
import type { Power } from "../kubernetes/rbac/powers";
import { CHANGE_ADMISSION, POWERS } from "../kubernetes/rbac/powers";
import type { RuleView } from "../kubernetes/rbac/rule";
import { rulesOf } from "../kubernetes/rbac/rule";
import { CREATE, WRITE } from "../kubernetes/rbac/verbs";
import { ifKnown } from "../kubernetes/unknown";

/** A right that gives something only where the cluster is set up for it, which no manifest says. */
interface Right {
    readonly grant: Grant;
    /** Only a rule for named objects is meant: another is judged by a control. */
    readonly onlyNamed?: true;
    /** The rest of the sentence, behind the right. */
    readonly why: string;
}

const named = (group: string, resources: readonly string[], verbs: readonly string[], why: string): Right => ({
    grant: { groups: [group], resources, verbs },
    why,
});

/** Rights over the API server's own resources, from the API reference of each. */
const RIGHTS: readonly Right[] = [
    named("", ["serviceaccounts"], CREATE, "and no control knows what annotations and pull secrets give its pods"),
    named("", ["persistentvolumes"], ["update", "patch"], "and no control knows whose data a volume then leads to"),
    named("", ["nodes"], ["delete", "deletecollection"], "and no control knows what happens to its pods"),
    named("", ["podtemplates"], CREATE, "and no control knows who makes pods of it"),
    named("apps", ["controllerrevisions"], CREATE, "and a workload that is rolled back runs what stands there"),
    named("policy", ["poddisruptionbudgets"], WRITE, "and no control knows which of the pods may then be evicted"),
    named(
        "certificates.k8s.io",
        ["podcertificaterequests"],
        CREATE,
        "and no control knows what its signer gives a certificate for",
    ),
    named(
        "resource.k8s.io",
        ["resourceclaims", "resourceclaimtemplates"],
        CREATE,
        "and no control knows which devices",
    ),
    named("coordination.k8s.io", ["leasecandidates"], CREATE, "and no control knows who leads by it"),
    {
        grant: { ...CHANGE_ADMISSION, namesNarrow: false },
        onlyNamed: true,
        why: "and no control knows whether these are its own",
    },
];

/** Resources of custom APIs that some power is known by, each `group/resource`. */
const KNOWN: ReadonlySet<string> = new Set(
    Object.values<Power>(POWERS).flatMap(({ grants }) =>
        grants.flatMap(({ groups, resources }) =>
            groups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
        ),
    ),
);

/** What a role gives of which no control knows what it is worth, each as a sentence that begins with the rule's path. */
export function unjudgedRights(object: KubeObject): readonly string[] {
    if (object.group !== "rbac.authorization.k8s.io" || !["Role", "ClusterRole"].includes(object.kind)) {
        return [];
    }
    // What wildcards give is judged as such.
    const rules = (ifKnown(() => rulesOf(object)) ?? []).filter(({ resources }) => !resources.includes("*"));
    return rules.flatMap((rule) => [...rightsIn(rule), ...customIn(rule)]);
}

function rightsIn(rule: RuleView): readonly string[] {
    return RIGHTS.flatMap(({ grant, onlyNamed, why }) => {
        const found = onlyNamed === true && rule.resourceNames.length === 0 ? undefined : granted(rule, grant);
        return found === undefined ? [] : [`${rule.path} gives ${grantText(found)}, ${why}`];
    });
}

const SHOWN = 3;

/** Custom resources that a rule lets somebody write, and of which no power is known. */
function customIn({ path, apiGroups, resources, verbs }: RuleView): readonly string[] {
    if (!verbs.some((verb) => verb === "*" || (CREATE as readonly string[]).includes(verb))) {
        return [];
    }
    const unknown = apiGroups
        .filter((group) => group !== "*" && !isBuiltIn(group))
        .flatMap((group) =>
            resources
                // What a controller says of an object, who may delete it and how often it is there make nothing new.
                .filter((resource) => !/\/(?:status|finalizers|scale)$/.test(resource))
                .filter((resource) => ![resource, "*"].some((one) => KNOWN.has(`${group}/${one}`)))
                .map((resource) => `${resource}.${group}`),
        );
    if (unknown.length === 0) {
        return [];
    }
    const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : "";
    return [
        `${path} lets it write ${unknown.slice(0, SHOWN).join(", ")}${more}, and no control knows what an operator then does`,
    ];
}
