import type { KubeObject } from "../../kubernetes/kube";
import { str } from "../../kubernetes/kube";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** The role of AWS that an account's token is taken for (IAM roles for service accounts). */
export const EKS_ROLE = "eks.amazonaws.com/role-arn";

/**
 * Annotations of service accounts by which a cloud takes their tokens for one of its own principals: IAM roles for service
 * accounts (EKS), Workload Identity Federation for GKE, Microsoft Entra Workload ID, RRSA (Alibaba Cloud).
 */
const ACCOUNT_ANNOTATIONS: readonly string[] = [
    EKS_ROLE,
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
    "pod-identity.alibabacloud.com/role-name",
];

/** Annotations and labels of pods by which agents on the node hand out such principals: kiam, kube2iam, AAD Pod Identity. */
const POD_ANNOTATIONS: readonly string[] = ["iam.amazonaws.com/role"];
const POD_LABELS: readonly string[] = ["aadpodidbinding"];

/** The principal of a cloud that a service account is, with the annotation that says so. */
export function cloudPrincipal(
    account: KubeObject,
): { readonly annotation: string; readonly principal: string } | undefined {
    const annotation = ACCOUNT_ANNOTATIONS.find((name) => str(account.annotations[name]) !== "");
    return annotation === undefined ? undefined : { annotation, principal: str(account.annotations[annotation]) };
}

export const cloudRole: EdgeFamily = {
    name: "cloud-role",
    title: "act as a principal of the cloud",
    technique: TECHNIQUES.cloudAccounts,
    needs: "that the cloud's trust policy names the account, as the annotation means it to",
    cut: {
        effort: "redesign",
        remedy: "Give the principal no more rights than this workload needs, or another one to each workload.",
    },
    *find(landscape) {
        yield* landscape.eachObject(landscape.stack.ofKind("ServiceAccount"), function* (object) {
            const from = landscape.node("account", namespaceOf(object), object.name, object);
            const found = cloudPrincipal(object);
            if (found !== undefined) {
                const field = `${object.prefix}metadata.annotations["${found.annotation}"]`;
                yield { from, to: landscape.node("cloud", "", found.principal), object, field };
            }
        });
        yield* eachPod(landscape, function* (pod) {
            const named = [
                ...POD_ANNOTATIONS.map((name) => [`annotations["${name}"]`, str(pod.annotations[name])] as const),
                ...POD_LABELS.map((name) => [`labels["${name}"]`, str(pod.labels[name])] as const),
            ];
            for (const [field, principal] of named.filter(([, text]) => text !== "")) {
                yield {
                    from: landscape.pod(pod),
                    to: landscape.node("cloud", "", principal),
                    object: pod.object,
                    field: `${pod.metadataPath}.${field}`,
                };
            }
        });
    },
};
