import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { MAKER_KINDS } from "../../kubernetes/kinds";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { podOf } from "../../kubernetes/pods";
import { isOwned } from "./scaling";

/** The kinds whose pods run to completion. */
const FINITE: readonly string[] = ["Job", "CronJob"];

/**
 * A Job's pods must not be restarted for ever, and `Always` is what the API takes unset; every other workload's must be. The
 * API refuses the opposite of both.
 */
function* restartFaults(object: KubeObject): Iterable<Fault> {
    const pod = podOf(object);
    const policy = str(pod?.spec["restartPolicy"]);
    if (!FINITE.includes(object.kind)) {
        if (pod !== undefined && policy !== "" && policy !== "Always") {
            const path = `${pod.prefix}restartPolicy`;
            yield { path, message: `${path} is "${policy}", and a ${object.kind} keeps its pods running. Remove it.` };
        }
        return;
    }
    if (pod !== undefined && policy !== "Never" && policy !== "OnFailure") {
        const path = `${pod.prefix}restartPolicy`;
        yield {
            path,
            message: `${path} is ${policy === "" ? "not set" : `"${policy}"`}. Set it to Never or OnFailure.`,
            absent: policy === "",
        };
    }
}

export const jobsBounded = objectControl({
    name: "jobs-bounded",
    description:
        "Every Job is cleaned up after it ends, every CronJob gives up on a start that it missed, and every other workload restarts its pods.",
    why: "Finished Jobs pile up with their pods and logs, and a CronJob that was long paused starts everything that it missed.",
    severity: "low",
    // Operators clean up after themselves in their own way.
    enforcement: "advisory",
    covers: ["rel.restart-job"],
    frameworks: [...nist("SC-5", "CM-6"), ...soc2("A1.1")],
    remediation:
        "Set ttlSecondsAfterFinished on Jobs and startingDeadlineSeconds on CronJobs, and restartPolicy on both.",
    profiles: ["x0tta6bl4"],
    kinds: MAKER_KINDS,
    admission: { none: "Availability is no reason to refuse an object in the cluster." },
    *check(object) {
        const field = object.kind === "CronJob" ? "startingDeadlineSeconds" : "ttlSecondsAfterFinished";
        const bounded = FINITE.includes(object.kind);
        // The Jobs of a CronJob are cleaned up by its history limits.
        if (bounded && typeof obj(object.body["spec"])[field] !== "number" && !isOwned(object)) {
            const path = `${object.prefix}spec.${field}`;
            yield { path, message: `${path} is not set. Set it.`, absent: true };
        }
        yield* restartFaults(object);
    },
});
