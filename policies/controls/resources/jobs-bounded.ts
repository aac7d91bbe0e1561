import type { Fault } from "../../control";
import { objectControl } from "../../control";
import { nist, soc2 } from "../../frameworks";
import type { KubeObject } from "../../kube";
import { obj, str } from "../../kube";
import { podOf } from "../../pods";
import { isOwned } from "../../scaling";

/** A Job's pods must not be restarted for ever; the API refuses any other value, and `Always` is what it takes unset. */
function* restartFaults(object: KubeObject): Iterable<Fault> {
    const pod = podOf(object);
    const policy = str(pod?.spec["restartPolicy"]);
    if (pod !== undefined && policy !== "Never" && policy !== "OnFailure") {
        const path = `${pod.path}.restartPolicy`;
        yield {
            path,
            message: `${path} is ${policy === "" ? "not set" : `"${policy}"`}. Set it to Never or OnFailure.`,
            absent: policy === "",
        };
    }
}

export const jobsBounded = objectControl({
    name: "jobs-bounded",
    description: "Every Job is cleaned up after it ends, and every CronJob gives up on a start that it missed.",
    why: "Finished Jobs pile up with their pods and logs, and a CronJob that was long paused starts everything that it missed.",
    severity: "low",
    // Operators clean up after themselves in their own way.
    enforcement: "advisory",
    covers: ["rel.restart-job"],
    frameworks: [...nist("SC-5", "CM-6"), ...soc2("A1.1")],
    remediation:
        "Set ttlSecondsAfterFinished on Jobs and startingDeadlineSeconds on CronJobs, and restartPolicy on both.",
    profiles: ["x0tta6bl4"],
    kinds: ["batch/Job", "batch/CronJob"],
    admission: { none: "Availability is no reason to refuse an object in the cluster." },
    *check(object) {
        const field = object.kind === "CronJob" ? "startingDeadlineSeconds" : "ttlSecondsAfterFinished";
        // The Jobs of a CronJob are cleaned up by its history limits.
        if (typeof obj(object.body["spec"])[field] !== "number" && !isOwned(object)) {
            const path = `${object.prefix}spec.${field}`;
            yield { path, message: `${path} is not set. Set it.`, absent: true };
        }
        yield* restartFaults(object);
    },
});
