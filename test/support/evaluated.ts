import type { Control } from "../../policies/engine/control";
import { objectControl, stackControl } from "../../policies/engine/control";
import type { Selected } from "../../policies/engine/profiles";
import { resourceOf } from "./controls";

/** What the controls say of themselves that the tests of an evaluation run. */
export const META = {
    description: "No object is bad.",
    why: "Bad objects are bad.",
    severity: "high",
    covers: ["x.bad"],
    frameworks: [{ framework: "cis", id: "1.1" }],
    remediation: "Be good.",
    profiles: ["baseline"],
} as const;

export const noBad = objectControl({
    ...META,
    name: "no-bad",
    kinds: ["*"],
    *check({ body, prefix }) {
        if (body["bad"] === true) {
            const path = `${prefix}bad`;
            yield { path, message: `${path} is true. Remove it.`, fix: [{ op: "remove", path }], safe: true };
        }
    },
});

export const onePod = stackControl({
    ...META,
    name: "one-pod",
    *check(stack) {
        for (const object of stack.ofKind("Pod").slice(1)) {
            yield { object, path: "kind", message: "kind is Pod once too often. Remove it.", container: "c" };
        }
    },
});

export function selected(...controls: readonly Control[]): readonly Selected[] {
    return controls.map((control) => ({ control, enforcement: "mandatory", params: {} }));
}

export function pod(name: string, rest: object = {}) {
    return resourceOf({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ns" }, ...rest });
}
