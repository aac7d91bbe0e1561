import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { definitionFaults, definitionsOf } from "../../kubernetes/crd";
import type { KubeObject } from "../../kubernetes/kube";
import { describe, list, obj, strings } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { UnknownValueError } from "../../kubernetes/unknown";
import { webhooksOf } from "../audit/webhooks";

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
                const filler = faults.some(({ needsWhole }) => needsWhole) ? fillerOf(stack, group) : undefined;
                const left: string[] = [];
                for (const { path, problem, needsWhole } of faults) {
                    if (needsWhole && filler !== undefined) {
                        left.push(`${path} ${problem}, unless ${describe(filler)} fills it in`);
                        continue;
                    }
                    const message = `${path} ${problem.replace(/([^?.])$/, "$1.")}`.trimStart();
                    yield { object, path, message, absent: needsWhole };
                }
                const reasons = [
                    ...left,
                    ...(notJudged.length > 0
                        ? [`the definition of ${kind} is not judged here: ${notJudged.join("; ")}`]
                        : []),
                ];
                if (reasons.length > 0) {
                    throw new UnknownValueError([], reasons.join("; "));
                }
            },
        );
    },
});

/**
 * The webhooks of the stack that may change objects of a group. The API server asks them before it validates, so what is missing may come
 * from there. One without rules gets them from its controller at run time.
 */
function fillerOf(stack: Stack, group: string): KubeObject | undefined {
    return stack.ofKind("MutatingWebhookConfiguration").find((configuration) =>
        webhooksOf(configuration).some(({ body }) => {
            const rules = list(body["rules"]).map(obj);
            return (
                rules.length === 0 ||
                rules.some(({ apiGroups }) => strings(apiGroups).some((one) => one === "*" || one === group))
            );
        }),
    );
}
