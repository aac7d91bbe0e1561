import { HOST_PATHS } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import { exposesSocket, hostPathsOf } from "../../kubernetes/host-paths";
import { sparesSocket } from "./host-paths";

export const noRuntimeSocket = podControl({
    name: "no-runtime-socket",
    description: "No pod mounts the socket of the container runtime.",
    why: "Who speaks to the runtime starts a privileged container and owns the node.",
    severity: "critical",
    covers: ["pod.runtime-socket"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610", "T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove the volume; build images with a tool that needs no daemon.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: {
        expression: `variables.hostPaths.all(d, ${sparesSocket("d")})`,
        variables: HOST_PATHS,
    },
    *check(pod) {
        for (const { path, volume, directory } of hostPathsOf(pod)) {
            if (exposesSocket(directory)) {
                yield {
                    path,
                    message: `${path} is "${directory}", which holds the container runtime's socket (volume "${volume}"). Remove the volume.`,
                };
            }
        }
    },
});
