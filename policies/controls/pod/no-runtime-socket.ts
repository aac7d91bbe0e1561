import { podControl } from "../../control";
import { checklist, mitre, nist, nsa } from "../../frameworks";
import { exposesSocket, hostPathsOf } from "../../host-paths";

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
        expression: [
            "variables.podSpec == null || variables.podSpec.?volumes.orValue([]).all(v, !has(v.hostPath) || !v.hostPath.path.matches(",
            "  '^/*$|^/+(var/+)?(run/*)?$|(docker|dockershim|containerd|crio|cri-dockerd|podman|buildkitd)[.]sock/*$|^/+(var/+)?run/+(containerd|crio|k3s|k0s|podman|buildkit)(/|$)'))",
        ].join("\n"),
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
