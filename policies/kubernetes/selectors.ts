import type { Body } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";
import { show } from "../text";

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

/** Labelled things by namespace and label, so that a selector looks only at those that carry its rarest label. */
export class LabelIndex<T> {
    private readonly byNamespace = new Map<string, T[]>();
    private readonly byLabel = new Map<string, T[]>();
    private readonly answers = new Map<string, readonly T[]>();

    constructor(
        items: Iterable<T>,
        namespaceOf: (item: T) => string,
        private readonly labelsOf: (item: T) => Body,
    ) {
        for (const item of items) {
            const namespace = namespaceOf(item);
            append(this.byNamespace, namespace, item);
            for (const [name, value] of Object.entries(labelsOf(item))) {
                append(this.byLabel, labelKey(namespace, name, value), item);
            }
        }
    }

    /** Everything in a namespace. */
    public in(namespace: string): readonly T[] {
        return this.byNamespace.get(namespace) ?? [];
    }

    /**
     * What a label selector picks in one namespace. An absent selector picks nothing, an empty one everything. The same
     * question gets the very same answer, so that many policies with one broad selector cost no more than one.
     */
    public select(namespace: string, selector: unknown): readonly T[] {
        if (!isObj(selector)) {
            return [];
        }
        const question = `${namespace}\u0000${JSON.stringify(selector)}`;
        const known = this.answers.get(question);
        if (known !== undefined) {
            return known;
        }
        const answer = this.candidates(namespace, obj(selector["matchLabels"])).filter((item) =>
            selects(selector, this.labelsOf(item)),
        );
        this.answers.set(question, answer);
        return answer;
    }

    private candidates(namespace: string, matchLabels: Body): readonly T[] {
        let smallest = this.in(namespace);
        for (const [name, value] of Object.entries(matchLabels)) {
            const carriers = this.byLabel.get(labelKey(namespace, name, value)) ?? [];
            if (carriers.length < smallest.length) {
                smallest = carriers;
            }
        }
        return smallest;
    }
}

function labelKey(namespace: string, name: string, value: unknown): string {
    return `${namespace}\u0000${name}\u0000${show(value)}`;
}

/** Appends to the list a map holds under a key. */
export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
    const values = map.get(key);
    if (values === undefined) {
        map.set(key, [value]);
    } else {
        values.push(value);
    }
}
