import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { describe } from "../../kubernetes/kube";
import { exposuresOf, podsBehind, servicesOf } from "../../kubernetes/services";

export const noUnreviewedExposure = stackControl({
    name: "no-unreviewed-exposure",
    description: "No Ingress or Gateway route publishes a workload that nobody has reviewed for it.",
    why: "What is published is attacked within minutes; it belongs on a list that somebody keeps.",
    severity: "low",
    enforcement: "advisory", // Publishing is what an Ingress is for; the finding is the list to be reviewed, by waiver.
    covers: ["net.loadbalancer"],
    frameworks: [
        ...mitre("T1190", "T1133"),
        ...nist("SC-7", "CM-8"),
        ...soc2("CC6.6"),
        ...checklist("NET-3", "POST-4"),
    ],
    remediation: "Review what the workload serves, then waive the finding with the reviewer as owner.",
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            servicesOf(stack),
            (service) => service,
            function* (service) {
                const [pod] = podsBehind(stack, service);
                if (pod === undefined) {
                    return;
                }
                for (const { by } of exposuresOf(stack, service).filter((exposure) => exposure.by !== service)) {
                    yield {
                        object: by,
                        path: `${by.prefix}spec`,
                        message: `${describe(by)} publishes ${describe(pod.object)} through ${describe(service)}. Review it and record who did.`,
                    };
                }
            },
        );
    },
    admission: { none: "What is published stands in three objects." },
});
