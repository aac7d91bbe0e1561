import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { PathNode } from "../nodes";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";
import { principalNode } from "./secret-store";

const DRIVER = "secrets-store.csi.k8s.io";

/** What a provider's parameters call who reads, and where, by what a SecretStore calls it. */
const PARAMETERS: Readonly<Record<string, string>> = {
    vaultAddress: "server",
    vaultKubernetesMountPath: "mountPath",
    roleName: "role",
    keyvaultName: "vaultUrl",
    tenantId: "tenantId",
    clientID: "role",
    userAssignedIdentityID: "role",
    region: "region",
};

/** What a class reads: as the principal that it names, or as the pod's account, which is told by the class then. */
function storeOf(landscape: Landscape, { body, namespace, name }: KubeObject): PathNode {
    const spec = obj(body["spec"]);
    const provider = str(spec["provider"]);
    const given = Object.entries(obj(spec["parameters"])).flatMap(([key, value]) => {
        const known = Object.hasOwn(PARAMETERS, key) ? PARAMETERS[key] : undefined;
        return known === undefined ? [] : [[known, str(value)] as const];
    });
    const principal = Object.fromEntries(given);
    const mountPath = provider === "vault" ? { mountPath: "kubernetes" } : {};
    return str(principal["role"]) === ""
        ? landscape.node("store", "", `${provider} SecretProviderClass ${namespace}/${name}`)
        : principalNode(landscape, provider, { ...mountPath, ...principal });
}

/** The classes that a pod has mounted, with the field. */
function classesOf(pod: PodView): readonly { readonly name: string; readonly field: string }[] {
    return list(pod.spec["volumes"]).flatMap((volume, index) => {
        const csi = obj(obj(volume)["csi"]);
        const name = str(obj(csi["volumeAttributes"])["secretProviderClass"]);
        return csi["driver"] === DRIVER && name !== "" ? [{ name, field: `${pod.prefix}volumes[${index}].csi` }] : [];
    });
}

export const secretProvider: EdgeFamily = {
    name: "secret-provider",
    title: "read what the Secrets Store CSI driver mounts from an external store",
    technique: TECHNIQUES.secretStores,
    needs: "that the store lets the class's principal, or the pod's account",
    cut: {
        effort: "redesign",
        remedy: "Give each class a principal of its own, which may read no more than its workload needs.",
    },
    *find(landscape) {
        const { stack } = landscape;
        yield* landscape.eachObject(stack.ofKind("SecretProviderClass"), function* (object): Iterable<Link> {
            yield {
                from: landscape.node("workloads", namespaceOf(object)),
                to: storeOf(landscape, object),
                object,
                field: `${object.prefix}spec.parameters`,
                reason: "a pod may mount any class of its namespace",
            };
        });
        yield* eachPod(landscape, function* (pod) {
            for (const { name, field } of classesOf(pod)) {
                const found = stack.find("SecretProviderClass", namespaceOf(pod.object), name);
                if (found !== undefined) {
                    yield { from: landscape.pod(pod), to: storeOf(landscape, found), object: pod.object, field };
                }
            }
        });
    },
};
