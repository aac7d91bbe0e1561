import { podControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { missingProbe } from "./probes";

export const readinessProbeSet = podControl({
    name: "readiness-probe-set",
    description: "Every container that serves has a readiness probe.",
    why: "Requests reach a program that has not started yet, or that can't answer for a while.",
    severity: "low",
    // Third-party images don't always answer one.
    enforcement: "advisory",
    covers: ["rel.readiness"],
    frameworks: [...nist("SI-13", "CP-10"), ...soc2("A1.2")],
    remediation: "Add a readinessProbe that asks whether the program can serve.",
    // Our own stacks are held to probes-sound, which says the same of a container without any probe.
    profiles: [],
    admission: { none: "A pod's own availability is no reason to refuse it in the cluster." },
    check: (pod) => missingProbe(pod, "readinessProbe"),
});
