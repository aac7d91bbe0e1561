import { stackControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { imageMatches, imagesOf } from "../../kubernetes/images";
import { list, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import type { Stack } from "../../kubernetes/stack";

function accountHasSecrets(stack: Stack, pod: PodView): boolean {
    const name = str(pod.spec["serviceAccountName"]) || str(pod.spec["serviceAccount"]) || "default";
    const account = stack.find("ServiceAccount", pod.object.namespace, name);
    return account !== undefined && list(account.body["imagePullSecrets"]).length > 0;
}

export const imagePullSecretsSet = stackControl({
    name: "image-pull-secrets-set",
    description: "Every pod with images from a private registry brings credentials for it.",
    why: "Without credentials the pull relies on the node's, which are everybody's, or on the registry being open.",
    severity: "low",
    // Nodes may well be given access by the cloud's own identity.
    enforcement: "advisory",
    covers: ["img.pull-secrets"],
    frameworks: [...mitre("T1525"), ...nist("AC-3", "IA-9")],
    remediation: "Name a pull secret in imagePullSecrets of the pod, or of its service account.",
    profiles: [],
    params: {
        open: {
            type: "array",
            items: { type: "string" },
            description:
                "Registries that serve without credentials. Docker Hub isn't one: it limits what is anonymous.",
            default: [
                "registry.k8s.io/",
                "ghcr.io/",
                "quay.io/",
                "public.ecr.aws/",
                "mcr.microsoft.com/",
                "localhost:5001/",
            ],
        },
    },
    admission: { none: "The credentials may come from the service account, which the policy can't look up." },
    *check(stack, { params, each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                const first = imagesOf(pod).find(
                    ({ reference }) => reference !== "" && !imageMatches(reference, params.open),
                );
                const own = list(pod.spec["imagePullSecrets"]).length > 0;
                if (first !== undefined && !own && !accountHasSecrets(stack, pod)) {
                    const path = `${pod.prefix}imagePullSecrets`;
                    yield {
                        object: pod.object,
                        path,
                        message: `${path} is not set, nor does the service account bring any; "${first.reference}" is pulled without credentials. Name a pull secret.`,
                        absent: true,
                    };
                }
            },
        );
    },
});
