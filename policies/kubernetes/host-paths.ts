import { posix } from "node:path";

import { isObj, list, obj, str } from "./kube";
import type { PodView } from "./pods";

/** A hostPath volume of a pod. */
export interface HostPath {
    /** Path of the field that names the directory. */
    readonly path: string;
    readonly volume: string;
    /** The directory on the node, normalised: no `..`, no trailing slash. */
    readonly directory: string;
}

/** Every hostPath volume of a pod. */
export function hostPathsOf(pod: PodView): readonly HostPath[] {
    return list(pod.spec["volumes"]).flatMap((entry, index) => {
        const { name, hostPath } = obj(entry) as { name?: unknown; hostPath?: unknown };
        if (!isObj(hostPath)) {
            return [];
        }
        return [
            {
                path: `${pod.prefix}volumes[${index}].hostPath.path`,
                volume: str(name),
                directory: normalised(str(hostPath["path"])),
            },
        ];
    });
}

/** Where the container runtimes listen; /var/run is /run on every current distribution. */
export const SOCKETS: readonly string[] = [
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/containerd.sock",
    "/run/crio/crio.sock",
    "/run/cri-dockerd.sock",
    "/run/dockershim.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/k0s/containerd.sock",
    "/run/podman/podman.sock",
    "/run/buildkit/buildkitd.sock",
].flatMap((socket) => [socket, `/var${socket}`]);

/** What such a socket is called, wherever it stands. */
export const SOCKET_NAME = /\/(?:docker|dockershim|containerd|crio|cri-dockerd|podman|buildkitd|frakti|rktlet)\.sock$/;

/** Says whether a directory is a container runtime's socket, or holds one and so hands it over as well. */
export function exposesSocket(directory: string): boolean {
    return SOCKET_NAME.test(directory) || SOCKETS.some((socket) => isWithin(socket, directory));
}

/** A directory as the kernel finds it: absolute, with neither empty steps nor `.` and `..`. */
export function normalised(directory: string): string {
    const absolute = posix.normalize(`/${directory}`);
    return absolute.length > 1 && absolute.endsWith("/") ? absolute.slice(0, -1) : absolute;
}

/** Says whether `inner` is `outer` or lies below it. Both are normalised. */
export function isWithin(inner: string, outer: string): boolean {
    return inner === outer || outer === "/" || inner.startsWith(`${outer}/`);
}

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

/** Says whether a directory of the node holds the system, credentials or the container runtime's socket. */
export function isSensitiveDirectory(directory: string): boolean {
    return (
        WHOLE.includes(directory) ||
        BELOW.some((place) => isWithin(directory, place)) ||
        HOME.test(directory) ||
        CREDENTIALS.test(directory) ||
        exposesSocket(directory)
    );
}
