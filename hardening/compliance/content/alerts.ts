import type { Body } from "../../../policies/kubernetes/kube";
import { list, obj, str } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** The alerting rules that a PrometheusRule defines. */
export function alertRules({ type, props }: Resource): readonly Body[] {
    return type.endsWith(":PrometheusRule")
        ? list(obj(props["spec"])["groups"])
              .flatMap((group) => list(obj(group)["rules"]))
              .map(obj)
              .filter((rule) => str(rule["alert"]) !== "")
        : [];
}

/** Judges whether a stack defines an alert that can fire: that it does so when it should is for its test to show. */
export function judgeAlert(name: string, resources: readonly Resource[]): Judgement {
    const rules = resources.flatMap(alertRules).filter(({ alert }) => alert === name);
    if (rules.length === 0) {
        return missing("no PrometheusRule defines it");
    }
    const silent = rules.filter(({ expr }) => !asksForMetric(str(expr)));
    return silent.length > 0 ? missing("asks for no metric, so it never changes") : proven("defined in the stack");
}

/** Functions and words of PromQL that are no metrics. */
const WORDS = /^(?:vector|time|scalar|absent|bool|and|or|unless|on|by|without|ignoring|inf|nan|offset)$/i;

function asksForMetric(expression: string): boolean {
    const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"|\{[^}]*\}|\[[^\]]*\]/g, "{}");
    return (
        [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].some(([word]) => !WORDS.test(word)) || /\{\s*__name__/.test(expression)
    );
}
