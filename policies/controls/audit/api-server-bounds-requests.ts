import { goSeconds } from "../../kubernetes/durations";
import { API_SERVER_FLAGS, flagControl, isFalse } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

export const apiServerBoundsRequests = flagControl({
    name: "api-server-bounds-requests",
    description: "The API server gives every request a time limit and has profiling off.",
    why: "Requests without an end exhaust it, and a profile shows what it holds in memory.",
    severity: "low",
    enforcement: "advisory", // It takes an authorized caller to use either.
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.15", "1.2.20"),
        ...mitre("T1499"),
        ...nist("SC-5", "CM-7"),
        ...soc2("A1.1"),
        ...checklist("NET-5"),
    ],
    remediation: "Set --profiling=false and leave --request-timeout at a minute or a few.",
    profiles: ["cis"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        { flag: "profiling", accepts: isFalse, wanted: "false", absent: "true", cis: "1.2.15" },
        {
            flag: "request-timeout",
            accepts: (value) => {
                const seconds = goSeconds(value);
                return seconds !== undefined && seconds > 0 && seconds <= 300;
            },
            wanted: "at most 300s",
            cis: "1.2.20",
        },
    ],
});
