import type { ContainerView, PodView } from "../../kubernetes/pods";
import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";

/** The fault of a container whose /proc is mounted with anything but the default mask. */
export function* procMountFaults({ userNamespace }: PodView, container: ContainerView): Iterable<Fault> {
    const { name, path, securityContext } = container;
    const procMount = securityContext["procMount"];
    if (procMount !== undefined && procMount !== null && procMount !== "Default") {
        const field = `${path}.securityContext.procMount`;
        yield {
            path: field,
            container: name,
            message: `${field} is "${str(procMount)}" (container "${name}"). Remove it.`,
            fix: removeField(field),
            // The API server takes it in a user namespace only (ValidatePodSpec), so that nothing works by it elsewhere.
            safe: !userNamespace,
        };
    }
}

export const procMountMasked = podControl({
    name: "proc-mount-masked",
    description: "No container unmasks /proc, unless its pod runs in a user namespace of its own.",
    why: "The unmasked paths below /proc let a container read and change settings of the node's kernel.",
    severity: "high",
    covers: ["pod.proc-mount"],
    frameworks: [
        ...pss("baseline/procMount"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset securityContext.procMount.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?hostUsers.orValue(true) == false ||",
            "variables.containers.all(c, c.?securityContext.?procMount.orValue('Default') == 'Default')",
        ].join("\n"),
    },
    *check(pod, { params }) {
        if (pod.userNamespace && since(params.pssVersion, 35)) {
            return;
        }
        for (const container of pod.containers) {
            yield* procMountFaults(pod, container);
        }
    },
});
