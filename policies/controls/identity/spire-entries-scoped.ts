import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, strings } from "../../kubernetes/kube";
import { isEmptySelector } from "../../kubernetes/network";

export const spireEntriesScoped = objectControl({
    name: "spire-entries-scoped",
    description: "Every SPIRE entry is for named workloads and gives no power over SPIRE itself.",
    why: "An entry without selectors gives its identity to every pod; an admin or downstream entry creates identities of its own.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1098", "T1078"), ...nist("AC-6", "IA-9"), ...soc2("CC6.3"), ...checklist("ZT-1", "P0-1.4")],
    remediation: "Select pods or namespaces by label, and leave admin and downstream to SPIRE's own servers.",
    profiles: ["x0tta6bl4"],
    kinds: ["spire.spiffe.io/ClusterSPIFFEID", "spire.spiffe.io/ClusterStaticEntry"],
    *check(object) {
        const spec = obj(object.body["spec"]);
        const path = `${object.prefix}spec`;
        for (const power of ["admin", "downstream"].filter((name) => spec[name] === true)) {
            yield {
                path: `${path}.${power}`,
                message: `${path}.${power} is true, so its holder can create identities. Remove it.`,
            };
        }
        if (object.kind === "ClusterSPIFFEID") {
            yield* scopeFaults(object);
        } else if (strings(spec["selectors"]).length === 0) {
            yield {
                path: `${path}.selectors`,
                message: `${path}.selectors is empty. Name what the workload must match.`,
                absent: true,
            };
        }
    },
    admission: {
        none: "The same checks come with SPIRE itself, as the admission policies of components/spire/validation.ts.",
    },
});

function* scopeFaults(object: KubeObject): Iterable<{ path: string; message: string; absent?: boolean }> {
    const spec = obj(object.body["spec"]);
    const path = `${object.prefix}spec`;
    if (isEmptySelector(spec["podSelector"]) && isEmptySelector(spec["namespaceSelector"])) {
        yield {
            path: `${path}.podSelector`,
            message: `${path}.podSelector and namespaceSelector select nothing in particular, so every pod of the cluster gets the identity. Set one of them.`,
            absent: true,
        };
    }
    const template = spec["spiffeIDTemplate"];
    if (typeof template === "string" && !template.startsWith("spiffe://")) {
        yield {
            path: `${path}.spiffeIDTemplate`,
            message: `${path}.spiffeIDTemplate does not start with spiffe://. Write a whole SPIFFE ID.`,
        };
    }
}
