import { podControl } from "../../engine/control";
import { nist } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noDuplicateVariables = podControl({
    name: "no-duplicate-variables",
    description: "No container sets an environment variable twice.",
    why: "The last one wins in silence, and a merge of two manifests may keep either of them.",
    severity: "low",
    enforcement: "advisory", // The last one counts, which may be meant.
    covers: ["rel.env-dup"],
    frameworks: [...nist("CM-6", "SI-10")],
    remediation: "Keep one of the two.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression: [
            "variables.containers.all(c, c.?env.orValue([]).all(e,",
            " c.?env.orValue([]).filter(other, other.name == e.name).size() == 1))",
        ].join("\n"),
    },
    *check(pod) {
        for (const { name, path, body } of pod.containers) {
            const seen = new Map<string, number>();
            for (const [index, variable] of list(body["env"]).entries()) {
                const key = str(obj(variable)["name"]);
                const first = seen.get(key);
                if (first === undefined) {
                    seen.set(key, index);
                } else if (key !== "") {
                    const where = `${path}.env[${index}].name`;
                    yield {
                        path: where,
                        container: name,
                        message: `${where} is "${key}", as is env[${first}] (container "${name}"). Keep one of them.`,
                        // Which one wins is the runtime's choice, as a rule the last.
                        fix: removeField(`${path}.env[${first}]`),
                    };
                }
            }
        }
    },
});
