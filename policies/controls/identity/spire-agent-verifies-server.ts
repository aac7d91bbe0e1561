import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { isOn, spireConfigControl } from "./spire";

const SOURCES = ["trust_bundle_path", "trust_bundle_url", "trust_bundle_spiffe_workload_api"] as const;

export const spireAgentVerifiesServer = spireConfigControl({
    name: "spire-agent-verifies-server",
    description: "Every SPIRE agent verifies its server from the first connection on.",
    why: "An agent that trusts whoever answers first can be given a false trust domain, and with it false identities for every workload of its node.",
    severity: "critical",
    covers: [],
    frameworks: [...mitre("T1557"), ...nist("IA-3", "SC-8(1)"), ...soc2("CC6.1"), ...checklist("ZT-3", "ZT-5", "ZT-7")],
    remediation:
        "Remove insecure_bootstrap and mount the trust bundle's ConfigMap; name its file in trust_bundle_path.",
    profiles: ["x0tta6bl4"],
    role: "agent",
    *check({ settings }) {
        if (isOn(settings["insecure_bootstrap"])) {
            yield {
                at: "agent.insecure_bootstrap",
                says: "is true, so the first server is trusted blindly. Remove it and set trust_bundle_path.",
            };
        } else if (SOURCES.every((source) => str(settings[source]) === "")) {
            yield { at: "agent", says: `names no trust bundle. Set one of ${SOURCES.join(", ")}.` };
        }
        const url = str(settings["trust_bundle_url"]);
        if (url !== "" && !url.startsWith("https://")) {
            yield {
                at: "agent.trust_bundle_url",
                says: "is not an https URL, so the bundle could be swapped on its way. Use https.",
            };
        }
    },
});
