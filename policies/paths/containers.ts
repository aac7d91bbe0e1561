import { posix } from "node:path";

import { reachesControlPlane } from "../kubernetes/control-plane-nodes";
import { parseImage } from "../kubernetes/images";
import { list, obj, str, strings } from "../kubernetes/kube";
import type { ContainerView, PodView } from "../kubernetes/pods";
import type { Landscape } from "./landscape";
import type { PathNode } from "./nodes";

/** A capability that a container adds, without its prefix and in capitals, with its field. */
export interface Capability {
    readonly name: string;
    readonly field: string;
}

/** The capabilities that a container adds. Runtimes take their names in any case, and some with the prefix CAP_. */
export function addedCapabilities({ path, securityContext }: ContainerView): readonly Capability[] {
    return strings(obj(securityContext["capabilities"])["add"]).map((name, index) => ({
        name: name.toUpperCase().replace(/^CAP_/, ""),
        field: `${path}.securityContext.capabilities.add[${index}]`,
    }));
}

export function isPrivileged({ securityContext }: ContainerView): boolean {
    return securityContext["privileged"] === true;
}

/**
 * Says whether a process of the container can come to use the capabilities it is given: as root it has them at once, and as
 * anybody else by a program with file capabilities or the setuid bit, unless no_new_privs is set (capabilities(7)).
 */
export function canUseCapabilities(pod: PodView, { securityContext }: ContainerView): boolean {
    const effective = (field: string): unknown => securityContext[field] ?? pod.securityContext[field];
    const user = effective("runAsUser");
    const isRoot = typeof user === "number" ? user === 0 : effective("runAsNonRoot") !== true;
    return isRoot || securityContext["allowPrivilegeEscalation"] !== false;
}

/** Says whether the scheduler may place a pod on a node of the control plane. */
function toleratesControlPlane(pod: PodView): boolean {
    return list(pod.spec["tolerations"]).some((entry) => {
        const toleration = obj(entry);
        return reachesControlPlane(toleration) && ["", "NoSchedule"].includes(str(toleration["effect"]));
    });
}

/** The node of the cluster that whoever leaves a pod's container is on. */
export function hostOf(landscape: Landscape, pod: PodView): PathNode {
    return landscape.node(toleratesControlPlane(pod) ? "control-plane" : "node");
}

/** An image's name without registry, tag and digest. */
export function imageName({ body }: ContainerView): string {
    return posix.basename(parseImage(str(body["image"])).repository);
}
