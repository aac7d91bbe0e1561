import type { KubeObject } from "./kube";
import { obj, str } from "./kube";
import type { Stack } from "./stack";
import { ifKnown } from "./unknown";

/**
 * What only whoever runs a cluster deploys, or a listing of a whole cluster holds: its nodes, its API server, the policies
 * that bind everybody at admission, its own sensor of intruders. What is a fact of a cluster is asked of a stack that has
 * one of these; a chart of an application can't answer it.
 */
function isOfCluster(object: KubeObject, images: readonly string[]): boolean {
    switch (`${object.group}/${object.kind}`) {
        case "/Node":
        case "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding":
            return true;
        case "/Pod":
            return images.some((image) => /(?:^|\/)kube-apiserver[:@]/.test(image));
        case "apps/DaemonSet":
            return images.some((image) => /(?:^|\/)falco(?:-no-driver)?(?:[:@]|$)/.test(image));
        default:
            return false;
    }
}

/**
 * The object by which a stack is known to speak for a whole cluster, the first by name; undefined for any other stack, and for
 * one whose namespaces say that another stack does.
 * Findings about the cluster name it.
 */
export function foundationOf(stack: Stack): KubeObject | undefined {
    return stack.memo(findFoundation);
}

/** Type of the component below which a stack only reads what its cluster has. */
export const LOOKUP_TYPE = "x0tta6bl4:cluster:Lookup";

/** Annotation of each namespace that a stack makes, with the name of the stack. */
export const STACK_ANNOTATION = "x0tta6bl4.io/stack";

/** Annotation of a namespace, with the name of the stack that speaks for its cluster in place of the one that makes it. */
export const FOUNDATION_ANNOTATION = "x0tta6bl4.io/foundation";

/**
 * Annotation of a workload, with the names of Secrets, by commas, that its program reads from files at its start only: a rotated one
 * reaches it by a restart.
 */
export const READ_AT_START_ANNOTATION = "x0tta6bl4.io/read-at-start";

function findFoundation(stack: Stack): KubeObject | undefined {
    const served = stack
        .ofKind("Namespace")
        .some(({ body }) => str(obj(obj(body["metadata"])["annotations"])[FOUNDATION_ANNOTATION]) !== "");
    if (served) {
        return undefined;
    }
    const images = new Map<KubeObject, string[]>();
    for (const { object, containers } of stack.pods()) {
        images.set(object, ifKnown(() => containers.map(({ body }) => str(body["image"]))) ?? []);
    }
    return stack.objects.find((object) => !object.patch && isOfCluster(object, images.get(object) ?? []));
}
