import { podControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { missingProbe } from "./probes";

export const livenessProbeSet = podControl({
    name: "liveness-probe-set",
    description: "Every container that serves has a liveness probe.",
    why: "A program that hangs is not restarted, and nobody notices until users do.",
    severity: "low",
    // Third-party images don't always answer one.
    enforcement: "advisory",
    covers: ["rel.liveness"],
    frameworks: [...nist("SI-13", "CP-10"), ...soc2("A1.2")],
    remediation: "Add a livenessProbe that fails only where a restart helps.",
    // Our own stacks are held to probes-sound, which says the same of a container without any probe.
    profiles: [],
    admission: { none: "A pod's own availability is no reason to refuse it in the cluster." },
    check: (pod) => missingProbe(pod, "livenessProbe"),
});
