import { list, obj, str, strings } from "../kubernetes/kube";
import { WORKLOAD_RESOURCES } from "../kubernetes/kinds";
import type { Part } from "./unjudged-fields";

/**
 * What admission leaves out, by webhooks and by policies of the API server: objects that nobody asks about then. From the
 * references of the two, "Matching requests".
 */

const GROUP = "admissionregistration.k8s.io";

/** The one label of a namespace that nobody chooses. */
const OWN_NAME = "kubernetes.io/metadata.name";

/** Selects namespaces by labels that somebody gives them. */
function selectsByLabels(value: unknown): boolean {
    const { matchLabels, matchExpressions } = obj(value);
    const keys = [...Object.keys(obj(matchLabels)), ...list(matchExpressions).map((one) => str(obj(one)["key"]))];
    return keys.some((key) => key !== OWN_NAME);
}

const selects = (value: unknown): boolean =>
    Object.keys(obj(obj(value)["matchLabels"])).length > 0 || list(obj(value)["matchExpressions"]).length > 0;

interface Asked {
    readonly operations: readonly string[];
    readonly resources: readonly string[];
    readonly scope: string;
}

const asked = (rules: unknown): readonly Asked[] =>
    list(rules).map((rule) => {
        const { operations, resources, scope } = obj(rule);
        return { operations: strings(operations), resources: strings(resources), scope: str(scope) };
    });

/** Asks about workloads that are created, and not about those that are changed. */
const asksOfNewOnly = (rules: unknown): boolean =>
    asked(rules).some(({ resources }) => resources.some((one) => WORKLOAD_RESOURCES.includes(one))) &&
    asked(rules).every(({ operations }) => !operations.includes("*") && !operations.includes("UPDATE")) &&
    asked(rules).some(({ operations }) => operations.includes("CREATE"));

/** Asks about pods, and not about the subresource by which containers are added to a running one. */
function missesEphemeral(rules: unknown): boolean {
    const resources = new Set(asked(rules).flatMap((rule) => rule.resources));
    return resources.has("pods") && !["pods/ephemeralcontainers", "pods/*", "*/*"].some((one) => resources.has(one));
}

/** Asks about objects of namespaces with a scope that has none of them. */
const asksOutOfScope = (rules: unknown): boolean =>
    asked(rules).some(
        ({ scope, resources }) => scope === "Cluster" && resources.some((one) => WORKLOAD_RESOURCES.includes(one)),
    );

/** The parts of what matches requests; `at` leads there, and `rules` to what of it asks. */
function matching(kinds: readonly string[], at: readonly string[], rules: string): readonly Part[] {
    return [
        {
            kinds,
            at: [...at, "namespaceSelector"],
            when: selectsByLabels,
            why: "leaves out the namespaces that somebody labels so, and no control knows who may",
        },
        {
            kinds,
            at: [...at, "objectSelector"],
            when: selects,
            why: "leaves out objects by labels that their authors choose",
        },
        {
            kinds,
            at: [...at, "matchPolicy"],
            when: (value) => value === "Exact",
            why: "leaves out the same objects in other versions of their API",
        },
        {
            kinds,
            at: [...at, rules],
            when: asksOfNewOnly,
            why: "asks about workloads that are created, and leaves out those that are changed",
        },
        {
            kinds,
            at: [...at, rules],
            when: missesEphemeral,
            why: "leaves out pods/ephemeralcontainers, by which a running pod gets another container",
        },
        {
            kinds,
            at: [...at, rules],
            when: asksOutOfScope,
            why: 'asks with the scope "Cluster" about objects of namespaces, and so about none of them',
        },
    ];
}

/** A string of a condition (Common Expression Language, "String and Bytes Values"), and those of the control plane in it. */
const STRINGS = /'([^']*)'|"([^"]*)"/g;
const CONTROL_PLANE = /^(?:system:(?:apiserver|kube-[a-z-]+|nodes?|node:.*|serviceaccounts?:kube-system(?::.*)?)|)$/;

/** Leaves out requests by who sends them, other than the control plane, or leaves out all of them. */
function leavesOutPeople(condition: unknown): boolean {
    const expression = str(obj(condition)["expression"]).trim();
    const names = [...expression.matchAll(STRINGS)].map(([, one, other]) => one ?? other ?? "");
    return (
        expression === "false" ||
        (expression.includes("userInfo") && (names.length === 0 || !names.every((name) => CONTROL_PLANE.test(name))))
    );
}

const CONDITIONS = "leaves out requests by who sends them, and no control knows why";
const VALIDATING = [`${GROUP}/ValidatingWebhookConfiguration`];
const POLICY = [`${GROUP}/ValidatingAdmissionPolicy`];
const BINDING = [`${GROUP}/ValidatingAdmissionPolicyBinding`];

export const ADMISSION_PARTS: readonly Part[] = [
    ...matching(VALIDATING, ["webhooks", "*"], "rules"),
    { kinds: VALIDATING, at: ["webhooks", "*", "matchConditions", "*"], when: leavesOutPeople, why: CONDITIONS },
    ...matching(POLICY, ["spec", "matchConstraints"], "resourceRules"),
    { kinds: POLICY, at: ["spec", "matchConditions", "*"], when: leavesOutPeople, why: CONDITIONS },
    {
        kinds: POLICY,
        at: ["spec", "matchConstraints", "excludeResourceRules"],
        why: "leaves out what the policy asks for, and no control knows what",
    },
    ...matching(BINDING, ["spec", "matchResources"], "resourceRules"),
    {
        kinds: BINDING,
        at: ["spec", "matchResources", "resourceRules", "*", "resourceNames"],
        why: "narrows the policy to objects of these names",
    },
    {
        kinds: BINDING,
        at: ["spec", "matchResources", "excludeResourceRules"],
        why: "leaves out what the policy asks for, and no control knows what",
    },
];
