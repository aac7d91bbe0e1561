import type { HostPath } from "../kubernetes/host-paths";
import { hostPathsOf, normalised } from "../kubernetes/host-paths";
import type { KubeObject } from "../kubernetes/kube";
import { isObj, list, obj, str } from "../kubernetes/kube";
import type { PodView } from "../kubernetes/pods";
import type { Stack } from "../kubernetes/stack";
import { namespaceOf } from "../kubernetes/stack";
import { ifKnown } from "../kubernetes/unknown";

/** A directory of the node that a container of a pod has. */
export interface HostMount {
    readonly directory: string;
    readonly writable: boolean;
    /** The object whose field names the directory: the pod's, or a PersistentVolume. */
    readonly object: KubeObject;
    readonly field: string;
}

/** The directories of the node that a pod's containers mount, by a volume of their own or by a claim. */
export function hostMountsOf(stack: Stack, pod: PodView): readonly HostMount[] {
    const own = hostPathsOf(pod).map((found) => ({ ...found, object: pod.object, readOnly: false }));
    return [...own, ...claimedPaths(stack, pod)].flatMap(({ volume, directory, path, object, readOnly }) => {
        const mounts = pod.containers.flatMap(({ body }) =>
            list(body["volumeMounts"])
                .map(obj)
                .filter((mount) => mount["name"] === volume),
        );
        if (mounts.length === 0) {
            return [];
        }
        const writable = !readOnly && mounts.some((mount) => mount["readOnly"] !== true);
        return [{ directory, writable, object, field: path }];
    });
}

interface ClaimedPath extends HostPath {
    readonly object: KubeObject;
    readonly readOnly: boolean;
}

/** The directories of PersistentVolumes that the pod's claims are bound to. */
function claimedPaths(stack: Stack, pod: PodView): readonly ClaimedPath[] {
    return list(pod.spec["volumes"]).flatMap((entry) => {
        const { name, persistentVolumeClaim } = obj(entry);
        if (!isObj(persistentVolumeClaim)) {
            return [];
        }
        const claim = str(persistentVolumeClaim["claimName"]);
        const found = stack.memo(volumesByClaim).get(`${namespaceOf(pod.object)}/${claim}`) ?? [];
        return found.map(({ object, field, directory }) => ({
            object,
            path: `${object.prefix}spec.${field}.path`,
            volume: str(name),
            directory,
            readOnly: persistentVolumeClaim["readOnly"] === true,
        }));
    });
}

interface HostVolume {
    readonly object: KubeObject;
    readonly field: string;
    readonly directory: string;
}

/** PersistentVolumes of the node's own files, by the claim that each is bound to from either side. */
function volumesByClaim(stack: Stack): ReadonlyMap<string, readonly HostVolume[]> {
    const found = new Map<string, HostVolume[]>();
    const volumes = new Map<string, HostVolume>();
    const bind = (claim: string, volume: HostVolume): void => {
        found.set(claim, [...(found.get(claim) ?? []).filter((other) => other !== volume), volume]);
    };
    for (const object of stack.ofKind("PersistentVolume")) {
        ifKnown(() => {
            const spec = obj(object.body["spec"]);
            const field = ["hostPath", "local"].find((name) => isObj(spec[name]));
            if (field !== undefined) {
                const volume = { object, field, directory: normalised(str(obj(spec[field])["path"])) };
                volumes.set(object.name, volume);
                const claim = obj(spec["claimRef"]);
                bind(`${str(claim["namespace"])}/${str(claim["name"])}`, volume);
            }
        });
    }
    for (const object of volumes.size === 0 ? [] : stack.ofKind("PersistentVolumeClaim")) {
        const volume = volumes.get(ifKnown(() => str(obj(object.body["spec"])["volumeName"])) ?? "");
        if (volume !== undefined) {
            bind(`${namespaceOf(object)}/${object.name}`, volume);
        }
    }
    return found;
}
