import type { Body } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** A Secret that a pod is given, with the field that names it. */
interface GivenSecret {
    readonly name: string;
    readonly field: string;
}

function givenSecrets(pod: PodView): readonly GivenSecret[] {
    const volumes = list(pod.spec["volumes"]).map(obj);
    const own = volumes.map((volume, index) => ({
        name: str(obj(volume["secret"])["secretName"]),
        field: `${pod.prefix}volumes[${index}].secret`,
    }));
    const projected = volumes.flatMap((volume, index) =>
        list(obj(volume["projected"])["sources"]).map((source, at) => ({
            name: str(obj(obj(source)["secret"])["name"]),
            field: `${pod.prefix}volumes[${index}].projected.sources[${at}].secret`,
        })),
    );
    const environment = pod.containers.flatMap(({ path, body }) => [
        ...list(body["env"]).map((entry, index) => ({
            name: str(reference(obj(entry)["valueFrom"], "secretKeyRef")["name"]),
            field: `${path}.env[${index}]`,
        })),
        ...list(body["envFrom"]).map((entry, index) => ({
            name: str(reference(entry, "secretRef")["name"]),
            field: `${path}.envFrom[${index}]`,
        })),
    ]);
    return [...own, ...projected, ...environment].filter(({ name }) => name !== "");
}

function reference(holder: unknown, field: string): Body {
    return obj(obj(holder)[field]);
}

export const mountedSecret: EdgeFamily = {
    name: "mounted-secret",
    title: "read a Secret that the pod is given",
    technique: TECHNIQUES.credentialsInFiles,
    needs: "nothing more",
    cut: {
        effort: "redesign",
        remedy: "Give the program an identity in the Secret's place, or the Secret to another workload.",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const { name, field } of givenSecrets(pod)) {
                const to = landscape.node("secret", namespaceOf(pod.object), name);
                yield { from: landscape.pod(pod), to, object: pod.object, field };
            }
        }),
};
