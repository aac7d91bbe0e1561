import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { isObj, str } from "../../kubernetes/kube";
import { child, setField } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";
import { pssParams, since } from "./pss";

/** The profile types that filter system calls. */
export const SECCOMP_TYPES: readonly unknown[] = ["RuntimeDefault", "Localhost"];

const POD_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io/";

/** The faults of seccomp profiles that are set and don't filter; what is merely absent is none. */
export function* unconfinedFaults(pod: PodView, pssVersion: string): Iterable<Fault> {
    yield* since(pssVersion, 19) ? fieldFaults(pod) : annotationFaults(pod);
}

function* fieldFaults(pod: PodView): Iterable<Fault> {
    const profile = pod.securityContext["seccompProfile"];
    if (isObj(profile) && !SECCOMP_TYPES.includes(profile["type"])) {
        const path = `${pod.prefix}securityContext.seccompProfile.type`;
        yield {
            path,
            message: `${path} is "${str(profile["type"])}". Use RuntimeDefault or Localhost.`,
            fix: setField(pod.object, path, "RuntimeDefault"),
        };
    }
    for (const { name, path: at, securityContext } of pod.containers) {
        const own = securityContext["seccompProfile"];
        if (isObj(own) && !SECCOMP_TYPES.includes(own["type"])) {
            const path = `${at}.securityContext.seccompProfile.type`;
            yield {
                path,
                container: name,
                message: `${path} is "${str(own["type"])}" (container "${name}"). Use RuntimeDefault or Localhost.`,
                fix: setField(pod.object, path, "RuntimeDefault"),
            };
        }
    }
}

/** Before v1.19 there were only annotations. */
function* annotationFaults(pod: PodView): Iterable<Fault> {
    const keys = [POD_ANNOTATION, ...pod.containers.map(({ name }) => `${CONTAINER_ANNOTATION}${name}`)];
    for (const key of keys) {
        const value = pod.annotations[key];
        if (typeof value === "string" && !allowedAnnotation(value)) {
            const path = child(`${pod.metadataPath}.annotations`, key);
            yield { path, message: `${path} is "${value}". Use runtime/default or localhost/<profile>.` };
        }
    }
}

function allowedAnnotation(value: string): boolean {
    return value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
}

export const seccompNotUnconfined = podControl({
    name: "seccomp-not-unconfined",
    description: "No pod or container turns seccomp off.",
    why: "Unconfined, a container can make every system call, and every kernel flaw behind one is in its reach.",
    severity: "high",
    covers: ["pod.seccomp-not-unconfined"],
    frameworks: [
        ...pss("baseline/seccompProfile_baseline"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("CM-7", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Set seccompProfile.type to RuntimeDefault or Localhost, or leave it out.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || ([variables.podSpec.?securityContext.?seccompProfile.?type.orValue('RuntimeDefault')] +",
            " variables.containers.map(c, c.?securityContext.?seccompProfile.?type.orValue('RuntimeDefault'))).all(t,",
            "  t in ['RuntimeDefault', 'Localhost'])",
        ].join("\n"),
    },
    check: (pod, { params }) => unconfinedFaults(pod, params.pssVersion),
});
