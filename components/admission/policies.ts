import type * as k8s from "@pulumi/kubernetes";

import type { Variable } from "../../policies/engine/cel";
import { SHARED_VARIABLES, texts } from "../../policies/engine/cel";
import { controls } from "../../policies/controls";
import { imagesFromAllowedRegistries } from "../../policies/controls/images/images-from-allowed-registries";
import type { AdmissionRule, Control } from "../../policies/engine/control";
import { admissionRule } from "../../policies/engine/control";
import type { Selected } from "../../policies/engine/profiles";
import { isUnset, selectControls } from "../../policies/engine/profiles";
import { imageMatches } from "../../policies/kubernetes/images";
import { suggestion } from "../../policies/text";
import type { Foundation } from "../area";
import type { AdmittedKind } from "./catalogue";
import { kindsOf } from "./catalogue";
import type { Admitted } from "./expressions";
import { waivedContainers, waivedExpression } from "./expressions";
import type { AdmissionAction, AdmissionSettings } from "./settings";

type Policy = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type Binding = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec;

/** Name of a control's policy: the policies of two projects in one cluster do not meet. */
export function policyName(project: string, control: Control): string {
    return `${project}-${control.name}`;
}

/** A control that the cluster enforces too. */
export interface Twin {
    readonly control: Control;
    readonly rule: AdmissionRule;
    readonly kinds: readonly AdmittedKind[];
    readonly action: Exclude<AdmissionAction, "off">;
}

/** The counterpart of a control as the stack runs it. What waits for a parameter has none yet. */
function ruleOf({ control, params }: Selected): AdmissionRule | undefined {
    return isUnset(control, params) ? undefined : admissionRule(control, params);
}

/** The controls of the stack's profile, by the registries that the settings name. */
export function selectedFor({ registries }: Pick<AdmissionSettings, "registries">): readonly Selected[] {
    const config = registries === undefined ? {} : { [imagesFromAllowedRegistries.name]: { registries } };
    return selectControls(controls, "x0tta6bl4", config);
}

/** What is wrong with the settings, given the controls there are; one line each. */
export function admissionFaults(settings: AdmissionSettings, selected: readonly Selected[]): readonly string[] {
    const able = selected.filter((one) => ruleOf(one) !== undefined).map(({ control }) => control.name);
    return Object.keys(settings.controls)
        .filter((name) => !able.includes(name))
        .map((name) => `controls.${name}: ${unableReason(name, selected, able)}`);
}

function unableReason(name: string, selected: readonly Selected[], able: readonly string[]): string {
    const found = selected.find(({ control }) => control.name === name);
    if (found === undefined) {
        return `there is no such control${suggestion(name, able)}`;
    }
    return isUnset(found.control, found.params)
        ? `this control has no admission counterpart before ${found.control.advisesUntilSet} is set`
        : "this control has no admission counterpart; CONTROLS.md says why";
}

/** The images that the program itself runs and the registries do not admit; one line each, with what follows `registries`. */
export function registryFaults(
    registries: readonly string[] | undefined,
    { images, imagesByNamespace }: Pick<Foundation, "images" | "imagesByNamespace">,
): readonly string[] {
    if (registries === undefined) {
        return [];
    }
    return [...new Set(Object.values(imagesByNamespace).flat())]
        .sort()
        .map((name) => images.wanted(name))
        .filter((reference) => !imageMatches(reference, registries))
        .map((reference) => `names no registry of ${reference}, which this stack runs and the cluster would refuse`);
}

/** The controls that have a counterpart and are switched on, each with what happens to an object that breaks it. */
export function twins(settings: AdmissionSettings, selected: readonly Selected[]): readonly Twin[] {
    return selected.flatMap((one) => {
        const { control, enforcement } = one;
        const rule = ruleOf(one);
        const wanted = settings.controls[control.name] ?? settings.action;
        if (rule === undefined || control.applies === undefined || wanted === "off") {
            return [];
        }
        // What only advises at preview does not stop anybody in the cluster, unless the stack says so by name.
        const named = settings.controls[control.name] !== undefined;
        const action = wanted === "deny" && enforcement === "advisory" && !named ? "warn" : wanted;
        const kinds = kindsOf(control.applies);
        // A kind that the catalogue does not know has no resource to match.
        return kinds.length === 0 ? [] : [{ control, rule, kinds, action }];
    });
}

/** The ValidatingAdmissionPolicy of a control: the same rule, and the same words where it is broken. */
export function policySpec(twin: Twin, admitted: readonly Admitted[], exemptUsers: readonly string[]): Policy {
    const { control, rule, kinds } = twin;
    const waived = covering(twin, admitted);
    return {
        failurePolicy: "Fail",
        matchConstraints: { matchPolicy: "Equivalent", resourceRules: resourceRules(kinds) },
        matchConditions: [
            {
                name: "not-the-api-server-itself",
                expression: `!(request.userInfo.username in ${texts(["system:apiserver", ...exemptUsers])})`,
            },
            {
                // Its finalizers must still be removable, whatever else is wrong with it; but an object that stays while it is
                // being deleted still works, so nothing else of it may be changed unseen.
                name: "not-only-its-finalizers-on-its-way-out",
                expression: [
                    "!has(object.metadata.deletionTimestamp) || oldObject == null",
                    ...["labels", "annotations"].map(
                        (part) => `object.metadata.?${part}.orValue({}) != oldObject.metadata.?${part}.orValue({})`,
                    ),
                    "object.exists(k, k != 'metadata' && !(k in oldObject && object[k] == oldObject[k]))",
                    "oldObject.exists(k, !(k in object))",
                ].join(" ||\n"),
            },
        ],
        variables: [
            ...sharedVariables(waived),
            { name: "waived", expression: waivedExpression(waived) },
            ...Object.entries(rule.variables ?? {}).map(([name, expression]) => ({ name, expression })),
        ],
        validations: [
            {
                expression: `variables.waived || (${rule.expression})`,
                message: `${control.name}: ${control.description} ${control.remediation}`,
                reason: "Forbidden",
            },
        ],
    };
}

/** What covers objects from a control. Single containers can be told apart only where the rule asks for each of them. */
function covering({ control, rule }: Twin, admitted: readonly Admitted[]): readonly Admitted[] {
    const own = admitted
        .filter((one) => one.control === control.name)
        .map((one) => ({ ...one, ...(one.values !== undefined && { values: allowedBeside(one, admitted) }) }));
    const asksEach = [rule.expression, ...Object.values(rule.variables ?? {})].some((part) =>
        part.includes("variables.containers"),
    );
    return asksEach ? own : own.map((one) => ({ ...one, container: undefined }));
}

/**
 * What may stand at the fields of an exception. Other values of the same field are no fault of this control, or they are
 * excepted from another one: a runtime's socket stands among the directories that Falco mounts.
 */
function allowedBeside({ object, fields = [] }: Admitted, admitted: readonly Admitted[]): readonly string[] {
    const place = (field: string) => field.replace(/\bhostPath\.path$/, "hostPath");
    const places = fields.map(place);
    const same = admitted.filter(
        (one) => one.object === object && (one.fields ?? []).some((field) => places.includes(place(field))),
    );
    return [...new Set(same.flatMap(({ values = [] }) => values))];
}

/** The variables that all rules build on, without the containers that a control excepts. */
function sharedVariables(waived: readonly Admitted[]): readonly Variable[] {
    const containers = waivedContainers(waived);
    const needsAll = containers !== undefined || waivedExpression(waived).includes("variables.allContainers");
    return SHARED_VARIABLES.flatMap((variable) => {
        if (variable.name !== "containers" || !needsAll) {
            return [variable];
        }
        const all = { name: "allContainers", expression: variable.expression };
        return containers === undefined
            ? [all, { ...variable, expression: "variables.allContainers" }]
            : [
                  all,
                  { name: "waivedContainers", expression: containers },
                  {
                      ...variable,
                      expression: "variables.allContainers.filter(c, !(c.name in variables.waivedContainers))",
                  },
              ];
    });
}

/** The bindings of a control's policy: what happens in the namespaces given, and to objects outside of any. */
export function bindingSpecs(
    { control, kinds, action }: Twin,
    namespaces: readonly string[],
    project: string,
): Readonly<Record<string, Binding>> {
    const name = policyName(project, control);
    const inside: Binding = {
        policyName: name,
        validationActions: actions(action),
        matchResources: {
            namespaceSelector: {
                matchExpressions: [
                    { key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces].sort() },
                ],
            },
            resourceRules: resourceRules(kinds.filter(({ namespaced, kind }) => namespaced || kind === "Namespace")),
        },
    };
    const outside: Binding = {
        policyName: name,
        // Cluster-wide objects belong to others too, whom this program must not lock out.
        validationActions: actions(action === "deny" ? "warn" : action),
        matchResources: {
            resourceRules: resourceRules(kinds.filter(({ namespaced, kind }) => !namespaced && kind !== "Namespace")),
        },
    };
    return {
        ...(kinds.some(({ namespaced, kind }) => namespaced || kind === "Namespace") && { "": inside }),
        ...(kinds.some(({ namespaced, kind }) => !namespaced && kind !== "Namespace") && { "-cluster": outside }),
    };
}

function actions(action: Twin["action"]): string[] {
    switch (action) {
        case "audit":
            return ["Audit"];
        case "warn":
            return ["Warn", "Audit"];
        // The API server refuses Warn together with Deny: the refusal already carries the message.
        case "deny":
            return ["Deny", "Audit"];
    }
}

type Rules = k8s.types.input.admissionregistration.v1.NamedRuleWithOperations[];

export function resourceRules(kinds: readonly AdmittedKind[]): Rules {
    const groups = Map.groupBy(kinds, ({ group, version }) => `${group}/${version}`);
    return [...groups.values()].map((group) => ({
        apiGroups: [group[0]?.group ?? ""],
        apiVersions: [group[0]?.version ?? ""],
        operations: ["CREATE", "UPDATE"],
        resources: group.flatMap(({ kind, resource }) =>
            kind === "Pod" ? [resource, "pods/ephemeralcontainers"] : [resource],
        ),
    }));
}
