import type { Control, ControlMeta, ParamSchema } from "./control";
import { admissionRule, defaultParams } from "./control";
import { FRAMEWORKS } from "./frameworks";
import { idOf } from "./names";

/** One thing to know of a control. */
export interface Fact {
    readonly term: string;
    readonly text: string;
    /** The text is an expression or a list of words of ours, and no sentence. */
    readonly code?: true;
    /** Other names of the control: links by them lead to it too. */
    readonly anchors?: readonly string[];
}

/**
 * What a person who is told of a control wants to know of it, in the order in which it is asked. `hardening controls NAME`
 * prints it and `docs/controls.md` holds it, so that both say the same.
 */
export function factsOf(control: Control | ControlMeta, ids?: ReadonlyMap<string, string>): readonly Fact[] {
    const { why, remediation, severity, enforcement, profiles, covers, params } = control;
    const id = idOf(control, ids);
    return [
        ...(id === undefined ? [] : [{ term: "Id", text: id, anchors: [id.toLowerCase()] }]),
        ...(control.aliases === undefined
            ? []
            : [{ term: "Once called", text: control.aliases.join(", "), anchors: control.aliases }]),
        { term: "Why", text: why },
        { term: "Remedy", text: remediation },
        { term: "Severity", text: `${severity}, ${enforcement ?? "mandatory"}${whenAdvisory(control)}` },
        { term: "Profiles", text: [...profiles, "all"].join(", ") },
        ...(covers.length > 0 ? [{ term: "Covers", text: covers.join(", ") }] : []),
        ...standardsOf(control),
        ...Object.entries(params ?? {}).map(([name, schema]) => ({
            term: "Parameter",
            text: describeParam(name, schema),
        })),
        ...admissionFacts(control),
    ];
}

/** When a control only advises although it is mandatory. */
function whenAdvisory({ advisesUntilSet, advisesInPart }: ControlMeta): string {
    return [
        ...(advisesUntilSet === undefined ? [] : [`, advisory until ${advisesUntilSet} is set`]),
        ...(advisesInPart === undefined
            ? []
            : [
                  `, advisory where the tool does not judge the Namespace with the object, since ${advisesInPart} may put it right; the policy pack, which sees the whole stack, always demands it`,
              ]),
    ].join("");
}

function admissionFacts(control: ControlMeta): readonly Fact[] {
    const { admission, advisesUntilSet } = control;
    const rule = admissionRule(control, defaultParams(control));
    if (admission === undefined || rule === undefined) {
        return admission === undefined || !("none" in admission)
            ? []
            : [{ term: "Admission", text: `none: ${admission.none}` }];
    }
    return "with" in admission && advisesUntilSet !== undefined
        ? [{ term: "Admission", text: `by what ${advisesUntilSet} is set to` }]
        : [{ term: "Admission", text: rule.expression, code: true }];
}

function standardsOf({ frameworks }: ControlMeta): readonly Fact[] {
    return [...Map.groupBy(frameworks, ({ framework }) => framework)].map(([framework, refs]) => {
        const { title, version } = FRAMEWORKS[framework];
        return { term: "Standard", text: `${title} ${version}: ${refs.map(({ id }) => id).join(", ")}` };
    });
}

function describeParam(name: string, schema: ParamSchema): string {
    return `${name} (${schema.type}, default ${JSON.stringify(schema.default)}): ${schema.description}`;
}
