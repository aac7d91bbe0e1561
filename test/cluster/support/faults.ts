import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";

/** What the API server says where {@link webhookWithoutBackend} stops an object. */
export const WEBHOOK_FAILED = /failed calling webhook "nobody\.is\.there".*service "nobody" not found/;

/** A webhook that has to agree to every service account of a namespace, and that nobody answers for. */
export function webhookWithoutBackend(namespace: string): KubernetesObject {
    return {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "without-backend" },
        webhooks: [
            {
                name: "nobody.is.there",
                admissionReviewVersions: ["v1"],
                sideEffects: "None",
                failurePolicy: "Fail",
                timeoutSeconds: 2,
                clientConfig: { service: { name: "nobody", namespace: "default", path: "/" }, caBundle: "" },
                rules: [
                    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts"] },
                ],
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            },
        ],
    };
}

/** A service account to ask the API server about, which {@link webhookWithoutBackend} stops. */
export function probeAccount(namespace: string): KubernetesObject {
    return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "probe", namespace } };
}

/** What the API server says where a quota of no Services stops one. */
export const QUOTA_EXCEEDED =
    /exceeded quota: blocking, requested: count\/services=1, used: count\/services=0, limited: count\/services=0/;

/** Allows a namespace so many Services, and waits until that holds: quotas do once they are counted. */
export async function limitServices(cluster: Cluster, namespace: string, services: number): Promise<void> {
    const quota: KubernetesObject = {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "blocking", namespace },
        spec: { hard: { "count/services": String(services) } },
    };
    await cluster.kubectl.apply([quota]);
    await cluster.kubectl.run([
        ...["wait", "-n", namespace, "resourcequota/blocking", "--timeout=60s"],
        `--for=jsonpath={.status.hard.count/services}=${services}`,
    ]);
}
