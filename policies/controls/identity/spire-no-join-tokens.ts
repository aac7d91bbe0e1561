import { checklist, mitre, nist } from "../../engine/frameworks";
import { spireConfigControl } from "./spire";

export const spireNoJoinTokens = spireConfigControl({
    name: "spire-no-join-tokens",
    description: "SPIRE agents prove their node by its platform, not by a join token.",
    why: "A join token is a bearer secret that somebody copies around, and an agent that used one can't attest again.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1552"), ...nist("IA-3", "IA-5"), ...checklist("ZT-7")],
    remediation: "Use k8s_psat within a cluster, and x509pop, tpm_devid or a cloud's own attestor outside.",
    profiles: ["x0tta6bl4"],
    *check({ role, settings, plugins }) {
        for (const { at } of plugins.filter(({ type, name }) => type === "NodeAttestor" && name === "join_token")) {
            yield { at, says: "admits nodes by token. Use k8s_psat, x509pop, tpm_devid or the cloud's attestor." };
        }
        if (role === "agent" && settings["join_token"] !== undefined) {
            yield {
                at: "agent.join_token",
                says: "stands in a ConfigMap, where many can read it. Remove it; it is known now.",
            };
        }
    },
});
