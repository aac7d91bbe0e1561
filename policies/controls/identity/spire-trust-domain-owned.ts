import { checklist, nist } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { RESERVED_DOMAIN, spireConfigControl, TRUST_DOMAIN } from "./spire";

export const spireTrustDomainOwned = spireConfigControl({
    name: "spire-trust-domain-owned",
    description: "SPIRE's trust domain is well formed and not a name kept for documentation and tests.",
    why: "Two installations that kept the same sample name can't federate, and one day somebody trusts the wrong one.",
    severity: "high",
    covers: [],
    frameworks: [...nist("IA-9", "CM-6"), ...checklist("ZT-6")],
    remediation: "Choose a name you own, such as production.x0tta6bl4.io, before the first identity is issued.",
    profiles: ["x0tta6bl4"],
    *check({ role, settings }) {
        const name = str(settings["trust_domain"]);
        if (!TRUST_DOMAIN.test(name)) {
            yield {
                at: `${role}.trust_domain`,
                says:
                    name === ""
                        ? "is missing. Name one you own."
                        : `is "${name}", which is no trust domain. Use lower-case letters, digits, dots, dashes and underscores.`,
            };
        } else if (RESERVED_DOMAIN.test(name)) {
            yield {
                at: `${role}.trust_domain`,
                says: `is "${name}", a name kept for documentation and tests. Use one you own.`,
            };
        }
    },
});
