import { podControl } from "../../engine/control";
import { nist } from "../../engine/frameworks";
import { list } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noHostAliases = podControl({
    name: "no-host-aliases",
    description: "No pod overrides name resolution with host aliases.",
    why: "An entry in /etc/hosts sends traffic for a trusted name wherever the pod's author wishes.",
    severity: "low",
    enforcement: "advisory", // It changes what the pod itself resolves, and nothing else.
    covers: ["pod.host-aliases"],
    frameworks: [...nist("SC-20", "SC-21")],
    remediation: "Remove hostAliases and use DNS or a Service.",
    profiles: ["x0tta6bl4"],
    admission: { expression: "variables.podSpec == null || variables.podSpec.?hostAliases.orValue([]).size() == 0" },
    *check(pod) {
        const aliases = list(pod.spec["hostAliases"]);
        if (aliases.length > 0) {
            const path = `${pod.prefix}hostAliases`;
            yield {
                path,
                message: `${path} has ${aliases.length} ${aliases.length === 1 ? "entry" : "entries"}. Remove it.`,
                fix: removeField(path),
            };
        }
    },
});
