import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import { exposesSocket, hostPathsOf, isWithin } from "./host-paths";

/** Directories of the node that nobody outside should see as a whole. */
const WHOLE: readonly string[] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var",
    "/var/lib",
    "/var/run",
];

/** Places whose every part is sensitive: kernel interfaces, credentials of the node, of its users and of its cloud. */
const BELOW: readonly string[] = [
    "/.aws",
    "/.azure",
    "/.config/gcloud",
    "/boot",
    "/etc/cni",
    "/etc/kubernetes",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/proc",
    "/root",
    "/sys",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
];

/** Any user's home as a whole. */
const HOME = /^\/home\/[^/]+$/;

/** Credentials in any user's home. */
const CREDENTIALS = /\/(?:\.aws|\.azure|\.kube|\.ssh|\.docker|\.config\/gcloud)(?:\/|$)/;

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
            const sensitive =
                WHOLE.includes(directory) ||
                BELOW.some((place) => isWithin(directory, place)) ||
                HOME.test(directory) ||
                CREDENTIALS.test(directory) ||
                exposesSocket(directory);
            if (sensitive && !params.allowed.includes(directory)) {
                yield {
                    path,
                    message: `${path} is "${directory}", a sensitive directory of the node (volume "${volume}"). Mount something else.`,
                };
            }
        }
    },
});
