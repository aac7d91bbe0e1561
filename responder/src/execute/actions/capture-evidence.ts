import type { KubernetesObject } from "../../kubernetes/objects.js";
import type { Action, ActionContext } from "../action.js";
import { podTarget } from "../action.js";

/** Keeps what the API server and the kubelet know of the pod before anything is changed, and what Falco told of its processes. */
export const captureEvidence: Action = {
    type: "capture-evidence",
    prepare: () => Promise.resolve({}),
    async apply(context) {
        const { namespace, pod: name, uid } = podTarget(context);
        const { api, incident } = context;
        const pod = await api.get({ kind: "Pod", namespace, name });
        if (pod === undefined || pod.metadata.uid !== uid) {
            return "the pod is gone: only its events are left, in this incident";
        }
        const content = JSON.stringify({
            schema: 1,
            incident: incident.name,
            capturedAt: new Date(context.now()).toISOString(),
            signals: incident.signals,
            pod,
            events: (await api.list("Event", { namespace })).filter(
                (event) => (event["involvedObject"] as { uid?: string } | undefined)?.uid === uid,
            ),
            logs: await logsOf(context, pod, namespace),
        });
        return `evidence ${await context.evidence.put(content)}, ${Buffer.byteLength(content)} bytes`;
    },
};

/** The end of each container's log; one that can't be read is said, and holds nothing up. */
async function logsOf(
    { api }: ActionContext,
    pod: KubernetesObject,
    namespace: string,
): Promise<Readonly<Record<string, string>>> {
    const names = (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
        ((pod.spec?.[list] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name),
    );
    const logs = await Promise.all(
        names.map(async (container) => {
            const log = await api
                .logs({ namespace, pod: pod.metadata.name, container })
                .catch((error: unknown) => `not read: ${error instanceof Error ? error.message : String(error)}`);
            return [container, log] as const;
        }),
    );
    return Object.fromEntries(logs);
}
