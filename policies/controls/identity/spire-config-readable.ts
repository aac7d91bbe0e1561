import { objectControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { readSpireConfigs } from "./spire";

export const spireConfigReadable = objectControl({
    name: "spire-config-readable",
    description: "Every SPIRE configuration file can be read as JSON or HCL.",
    why: "What can't be read can't be judged, and SPIRE would not start with it either.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6"), ...checklist("ZT-4", "ZT-5")],
    remediation: "Correct the syntax; `spire-server validate` and `spire-agent validate` read the same file.",
    profiles: ["x0tta6bl4"],
    kinds: ["ConfigMap"],
    *check(configMap) {
        for (const { path, reason } of readSpireConfigs(configMap).unreadable) {
            yield {
                path,
                message: `${path} looks like a SPIRE configuration, but can't be read: ${reason}. Correct it.`,
            };
        }
    },
    admission: { none: "The file is text within a ConfigMap, which Common Expression Language can't parse." },
});
