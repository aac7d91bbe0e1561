import { change } from "./execute/change.js";
import type { KubernetesApi } from "./kubernetes/objects.js";

/** Label of the replica that acts; the Service of the webhook selects by it. */
export const LEADER_LABEL = "responder.x0tta6bl4.io/leader";

/** Puts the label on one pod of the namespace, and takes it off every other. */
export async function markLeader(api: KubernetesApi, namespace: string, pod: string): Promise<void> {
    for (const { metadata } of await api.list("Pod", { namespace, labels: LEADER_LABEL })) {
        if (metadata.name !== pod) {
            await mark(api, namespace, metadata.name, null);
        }
    }
    await mark(api, namespace, pod, "true");
}

async function mark(api: KubernetesApi, namespace: string, name: string, value: "true" | null): Promise<void> {
    await change(api, { kind: "Pod", namespace, name }, undefined, ({ metadata }) =>
        metadata.labels?.[LEADER_LABEL] === (value ?? undefined)
            ? undefined
            : { metadata: { labels: { [LEADER_LABEL]: value } } },
    );
}
