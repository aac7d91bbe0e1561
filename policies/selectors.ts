import type { Body } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";

/**
 * Says whether a label selector (`matchLabels` and `matchExpressions`, meta/v1 LabelSelector) selects a set of labels.
 * An empty selector selects everything; an absent one (null, undefined) selects nothing.
 */
export function selects(selector: unknown, labels: Body): boolean {
    if (!isObj(selector)) {
        return false;
    }
    const equalities = Object.entries(obj(selector["matchLabels"]));
    return (
        equalities.every(([key, value]) => labels[key] === value) &&
        list(selector["matchExpressions"]).every((expression) => holds(obj(expression), labels))
    );
}

function holds(expression: Body, labels: Body): boolean {
    const key = str(expression["key"]);
    const value = labels[key];
    const values = strings(expression["values"]);
    switch (expression["operator"]) {
        case "In":
            return typeof value === "string" && values.includes(value);
        case "NotIn":
            return typeof value !== "string" || !values.includes(value);
        case "Exists":
            return key in labels;
        case "DoesNotExist":
            return !(key in labels);
        default:
            return false;
    }
}
