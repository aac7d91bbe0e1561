import type { KubeObject } from "../../kubernetes/kube";
import { obj } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

/** The objects that carry pods which a PodDisruptionBudget selects. */
export function budgeted(stack: Stack, budget: KubeObject): readonly KubeObject[] {
    const selected = stack.select(namespaceOf(budget), selectorOf(budget));
    return [...new Set(selected.map((pod) => pod.object))];
}

/** In policy/v1beta1 an empty selector selected nothing; since policy/v1 it selects the whole namespace. */
function selectorOf(budget: KubeObject): unknown {
    const selector = obj(budget.body["spec"])["selector"];
    return budget.version === "v1beta1" && Object.keys(obj(selector)).length === 0 ? undefined : selector;
}

/** Every object of a stack whose pods some PodDisruptionBudget selects. Built once per stack. */
export function allBudgeted(stack: Stack): ReadonlySet<KubeObject> {
    return new Set(
        stack.ofKind("PodDisruptionBudget").flatMap((budget) => ifKnown(() => budgeted(stack, budget)) ?? []),
    );
}

/** A count or a percentage of `total`, rounded up as the disruption controller rounds both of a budget's fields. */
export function share(value: unknown, total: number): number | undefined {
    if (typeof value === "number") {
        return value;
    }
    const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
    return percent === undefined ? undefined : Math.ceil((Number(percent) * total) / 100);
}
