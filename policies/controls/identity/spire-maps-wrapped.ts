import { checklist, nist } from "../../engine/frameworks";
import { isObj } from "../../kubernetes/kube";
import { spireConfigControl } from "./spire";

/** Paths of the objects below `value` that hold two or more objects and do not stand in an array. */
function* bareMaps(value: unknown, at: string, inArray: boolean): Iterable<string> {
    if (Array.isArray(value)) {
        for (const item of value) {
            yield* bareMaps(item, at, true);
        }
    } else if (isObj(value)) {
        const nested = Object.entries(value).filter(([, entry]) => isObj(entry));
        if (!inArray && nested.length > 1) {
            yield at;
        }
        for (const [key, entry] of Object.entries(value)) {
            yield* bareMaps(entry, `${at}.${key}`, false);
        }
    }
}

export const spireMapsWrapped = spireConfigControl({
    name: "spire-maps-wrapped",
    description: "In SPIRE's JSON configuration every map of objects within a plugin stands in an array.",
    why: "SPIRE reads JSON by the rules of HCL: the second entry of a bare map is taken for a second plugin, and the server does not start.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6"), ...checklist("ZT-4")],
    remediation: 'Write [{"a": {…}, "b": {…}}] instead of {"a": {…}, "b": {…}}.',
    profiles: ["x0tta6bl4"],
    *check({ plugins }) {
        for (const { at, raw } of plugins) {
            for (const place of bareMaps(raw, `${at}.plugin_data`, false)) {
                yield {
                    at: place,
                    says: "is a map with more than one object, which SPIRE takes for two plugins. Put it into an array of one.",
                };
            }
        }
    },
});
