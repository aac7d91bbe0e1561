import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import { hostPathsOf, isSensitiveDirectory } from "../../kubernetes/host-paths";

export const noSensitiveHostMounts = podControl({
    name: "no-sensitive-host-mounts",
    description:
        "No pod mounts a directory of its node that holds the system, credentials or the container runtime's socket.",
    why: "These directories hold the keys of the kubelet, of the cloud account and of root: reading one of them is enough.",
    severity: "high",
    covers: ["pod.sensitive-host-mount"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611", "T1552"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Mount only the directory that the program needs, or none.",
    // Our own stacks forbid hostPath volumes altogether: each one needs a waiver of restricted-volume-types.
    profiles: ["nsa"],
    params: {
        allowed: {
            type: "array",
            items: { type: "string" },
            description: "Directories to allow all the same, exactly as they are mounted.",
            default: [],
        },
    },
    admission: { none: "hostPath volumes as such are kept out by no-host-path-volumes." },
    *check(pod, { params }) {
        for (const { path, volume, directory } of hostPathsOf(pod)) {
            if (isSensitiveDirectory(directory) && !params.allowed.includes(directory)) {
                yield {
                    path,
                    message: `${path} is "${directory}", a sensitive directory of the node (volume "${volume}"). Mount something else.`,
                };
            }
        }
    },
});
