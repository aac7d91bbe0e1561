import { pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { rulesOf } from "../../kubernetes/rbac/rule";
import { noRule } from "./rules";

/** Paths of the API server beside its resources that give away memory, logs or every other path. `*` alone is of no-rbac-wildcards. */
const OPEN = /^(?:\/\*+|\/(?:debug|logs|configz|flagz|statusz)(?:\/.*)?|\/(?:debug|logs)\*)$/;

export const noUnboundedUrls = objectControl({
    name: "no-unbounded-urls",
    description: "No role opens all of the API server's paths, its debug endpoints or its logs.",
    why: "Profiles and logs of the API server hold what passed through it, and a path ending in /* opens those to come too.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1552", "T1082"), ...nist("AC-6", "SI-11"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: "Name the paths that are needed, such as /healthz and /metrics.",
    profiles: ["x0tta6bl4"],
    // Only a ClusterRole is asked about paths that are no resources.
    kinds: ["rbac.authorization.k8s.io/ClusterRole"],
    *check(role) {
        for (const rule of rulesOf(role)) {
            for (const [index, url] of rule.nonResourceURLs.entries()) {
                if (OPEN.test(url)) {
                    const path = `${rule.path}.nonResourceURLs[${index}]`;
                    yield { path, message: `${path} is "${url}". Name the paths that are needed.` };
                }
            }
        }
    },
    admission: {
        expression: noRule(`has(r.nonResourceURLs) && r.nonResourceURLs.exists(u, u.matches(${pattern(OPEN)}))`),
    },
});
