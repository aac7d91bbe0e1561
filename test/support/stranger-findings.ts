import assert from "node:assert/strict";

import { evaluate } from "../../hardening/evaluate";
import type { Finding } from "../../hardening/findings";
import { fails } from "../../hardening/findings";
import { objectOf } from "../../hardening/formats/order";
import type { Registration } from "../../hardening/sources/program/registration";
import { unwrap } from "../../hardening/sources/program/values";
import { controls } from "../../policies/controls";
import { EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { selectControls } from "../../policies/engine/profiles";
import type { Resource } from "../../policies/kubernetes/resource";

/** Every text of a value, keys included. */
function textsOf(value: unknown): readonly string[] {
    return typeof value === "string"
        ? [value]
        : typeof value === "object" && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
          : [];
}

/** `urn: text` of every text that a pattern is found in. */
export function found(objects: readonly Registration[], pattern: RegExp): readonly string[] {
    return objects.flatMap(({ urn, inputs }) =>
        textsOf(inputs)
            .flatMap((text) => text.split("\n"))
            .filter((text) => pattern.test(text))
            .map((text) => `${urn}: ${text}`),
    );
}

/** Selectors by a list that has no values, which the API server refuses. */
export function emptySelectors(value: unknown, path = ""): readonly string[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const { operator, values } = value as { operator?: unknown; values?: unknown };
    const empty = (operator === "In" || operator === "NotIn") && Array.isArray(values) && values.length === 0;
    return [
        ...(empty ? [path] : []),
        ...Object.entries(value).flatMap(([key, inner]) => emptySelectors(inner, `${path}.${key}`)),
    ];
}

/** The text of the one object of a kind under a name. */
export function sourceOf(objects: readonly Registration[], kind: string, name: string): string {
    const texts = objects
        .filter(({ inputs }) => inputs["kind"] === kind && JSON.stringify(inputs["metadata"]).includes(`"${name}"`))
        .map(({ inputs }) => JSON.stringify(inputs));
    assert.equal(texts.length, 1, `${kind} ${name}`);
    return texts[0] ?? "";
}

/** The objects as a preview of the stack `live` hands them to the controls. */
export function previewed(objects: readonly Registration[]): readonly Resource[] {
    return objects.map(({ type, urn, inputs }) => ({
        source: "stack live",
        document: 0,
        type,
        urn,
        props: unwrap(inputs).props,
    }));
}

/** `control Kind namespace/name` of what fails a preview without a waiver, and of what the components need excepted. */
export function judged(objects: readonly Registration[]) {
    const selected = selectControls(controls, "x0tta6bl4");
    const exceptions = new ExceptionBook(EXCEPTIONS);
    const { findings } = evaluate([previewed(objects)], { selected, waivers: [], exceptions, now: new Date(0) });
    const lines = (some: readonly Finding[]) => [
        ...new Set(some.map((finding) => `${finding.control} ${objectOf(finding)}`)),
    ];
    return {
        violations: lines(findings.filter(fails)),
        excepted: lines(findings.filter(({ status }) => status === "excepted")),
    };
}

/** What the stranger's own image lacks, and whether their mirror is to be trusted, is theirs to say. */
export const THEIRS = /^(?:images-pinned-by-digest Deployment sienna-shop|images-from-allowed-registries)/;
