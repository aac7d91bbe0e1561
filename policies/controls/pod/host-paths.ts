import { posix } from "node:path";

import { pattern, texts } from "../../engine/cel";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";

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
                path: `${pod.path}.volumes[${index}].hostPath.path`,
                volume: str(name),
                directory: normalised(str(hostPath["path"])),
            },
        ];
    });
}

/** Where the container runtimes listen; /var/run is /run on every current distribution. */
const SOCKETS: readonly string[] = [
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

const SOCKET_NAME = /\/(?:docker|dockershim|containerd|crio|cri-dockerd|podman|buildkitd|frakti|rktlet)\.sock$/;

/** Says whether a directory is a container runtime's socket, or holds one and so hands it over as well. */
export function exposesSocket(directory: string): boolean {
    return SOCKET_NAME.test(directory) || SOCKETS.some((socket) => isWithin(socket, directory));
}

/** The same in Common Expression Language: true where the directory is no such one. */
export function sparesSocket(directory: string): string {
    const isAbove = `s == ${directory} || s.startsWith(${directory} == '/' ? '/' : ${directory} + '/')`;
    return `!${directory}.matches(${pattern(SOCKET_NAME)}) && !${texts(SOCKETS)}.exists(s, ${isAbove})`;
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
