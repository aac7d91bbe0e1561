import { API_SERVER_FLAGS, flagControl, lists } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

/** A plugin that is off unless it is listed. */
const plugin = (name: string, number: string) => ({
    flag: "enable-admission-plugins",
    accepts: lists(name),
    wanted: `a list with ${name}`,
    absent: `a list without ${name}`,
    cis: number,
});

export const apiServerAdmitsWithCare = flagControl({
    name: "api-server-admits-with-care",
    description:
        "The API server runs the admission plugins against foreign addresses, floods of events and borrowed images.",
    why: "Without them a Service takes over somebody's address, one pod's events crowd out the rest, and a pod starts an image that its account may not pull.",
    severity: "low",
    // The benchmark leaves these to judgement: each has a price, and policies or quotas may do the same.
    enforcement: "advisory",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.3", "1.2.9", "1.2.11", "5.5.1"),
        ...mitre("T1499", "T1557"),
        ...nist("CM-7", "SC-5"),
        ...soc2("CC6.8"),
        ...checklist("ACC-5"),
    ],
    remediation: "List the plugins in --enable-admission-plugins; EventRateLimit needs a configuration beside it.",
    profiles: ["cis"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        plugin("DenyServiceExternalIPs", "1.2.3"),
        plugin("EventRateLimit", "1.2.9"),
        plugin("AlwaysPullImages", "1.2.11"),
        plugin("ImagePolicyWebhook", "5.5.1"),
    ],
});
