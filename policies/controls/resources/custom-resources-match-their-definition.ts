import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { definitionFaults, definitionsOf } from "../../kubernetes/crd";
import { UnknownValueError } from "../../kubernetes/unknown";

export const customResourcesMatchTheirDefinition = stackControl({
    name: "custom-resources-match-their-definition",
    description:
        "Every custom resource whose definition is in the stack or known is of a served version and fits its schema.",
    why: "The API server refuses the resource, or drops the field without a word and leaves its protection out.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6", "SI-10"), ...checklist("PRE-1")],
    remediation: "Write the resource as its CustomResourceDefinition has it.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The API server validates custom resources by their definitions before admission." },
    // Any kind may have a definition; that its fields fit it says nothing of what they mean.
    applies: () => true,
    *check(stack, { each }) {
        const definitions = definitionsOf(stack);
        if (definitions.size === 0) {
            return;
        }
        const custom = stack.objects.filter(({ group, kind }) => definitions.has(`${group}/${kind}`));
        yield* each(
            custom,
            (object) => object,
            function* (object) {
                const { group, kind, version, apiVersion, prefix } = object;
                const versions = definitions.get(`${group}/${kind}`) ?? [];
                const served = versions.find(({ name }) => name === version);
                if (served === undefined) {
                    const names = versions.map(({ name }) => `${group}/${name}`).join(", ") || "none";
                    const path = `${prefix}apiVersion`;
                    const message = `${path} is ${apiVersion}, in which the definition serves no ${kind}: served are ${names}.`;
                    yield { object, path, message };
                    return;
                }
                const { faults, notJudged } = definitionFaults(served, object);
                for (const { path, problem, needsWhole } of faults) {
                    const message = `${path} ${problem.replace(/([^?.])$/, "$1.")}`.trimStart();
                    yield { object, path, message, absent: needsWhole };
                }
                if (notJudged.length > 0) {
                    throw new UnknownValueError(
                        [],
                        `the definition of ${kind} is not judged here: ${notJudged.join("; ")}`,
                    );
                }
            },
        );
    },
});
