import type { KubernetesObject } from "../../kubernetes/objects.js";
import { controllerOf, isApiError, selects } from "../../kubernetes/objects.js";
import type { Json } from "../../model.js";
import type { Action, ActionContext } from "../action.js";
import { ActionRefusedError, podTarget } from "../action.js";
import { change, fieldsOf, textField, textMap } from "../change.js";

/** Label of an isolated pod: the name of its incident. Policies of the cluster's network engine may go by it. */
export const QUARANTINE_LABEL = "responder.x0tta6bl4.io/quarantine";
/** Annotation of an isolated pod: the labels it had, as JSON, for people. */
export const LABELS_ANNOTATION = "responder.x0tta6bl4.io/labels";
/** Name of the NetworkPolicy that closes the network of a namespace's isolated pods. */
export const QUARANTINE_POLICY = "responder-quarantine";

const MANAGED_BY = { "app.kubernetes.io/managed-by": "responder" };

/**
 * Takes a pod out of everything that selects by labels: Services, controllers, registrations of identities, and the network policies that
 * open something for it, since policies are a union and one that denies can't take back what another allows. What is left are
 * policies that select every pod of the namespace: those that open something are named in the result. Where the network engine has
 * policies that deny, the deployment brings one that goes before them all.
 */
export const isolate: Action = {
    type: "isolate",

    async prepare(context): Promise<Json> {
        const { namespace, pod: name, uid } = podTarget(context);
        const pod = await context.api.get({ kind: "Pod", namespace, name });
        if (pod === undefined || pod.metadata.uid !== uid) {
            return { gone: true };
        }
        if (pod.spec?.["hostNetwork"] === true) {
            throw new ActionRefusedError("the pod uses the node's network, which no policy closes: cordon the node");
        }
        if (pod.metadata.labels?.[QUARANTINE_LABEL] !== undefined) {
            throw new ActionRefusedError(`it is isolated already by ${pod.metadata.labels[QUARANTINE_LABEL]}`);
        }
        return { labels: { ...pod.metadata.labels }, controller: controllerOf(pod)?.kind ?? "none" };
    },

    async apply(context, prepared) {
        const { namespace, pod: name, uid } = podTarget(context);
        const { incident, api } = context;
        const labels = textMap(fieldsOf(prepared)["labels"]);
        if (fieldsOf(prepared)["gone"] === true) {
            return "the pod is gone: nothing is left to isolate";
        }
        await closeNamespace(context, namespace);
        const pod = await change(api, { kind: "Pod", namespace, name }, uid, (current) => {
            const now = current.metadata.labels ?? {};
            return now[QUARANTINE_LABEL] === incident.name && Object.keys(now).length === 1
                ? undefined
                : {
                      metadata: {
                          labels: {
                              ...Object.fromEntries(Object.keys(now).map((key) => [key, null])),
                              [QUARANTINE_LABEL]: incident.name,
                          },
                          annotations: { [LABELS_ANNOTATION]: JSON.stringify(labels) },
                      },
                  };
        });
        if (pod === undefined) {
            return "the pod is gone: nothing is left to isolate";
        }
        return [
            `its labels are off, so that nothing selects it`,
            await closure(context, namespace, pod),
            replacement(textField(prepared, "controller") ?? "none"),
        ].join("; ");
    },

    async undo(context, prepared) {
        const { namespace, pod: name, uid } = podTarget(context);
        const original = textMap(fieldsOf(prepared)["labels"]);
        const pod = await change(context.api, { kind: "Pod", namespace, name }, uid, ({ metadata }) =>
            metadata.labels?.[QUARANTINE_LABEL] === context.incident.name
                ? {
                      metadata: {
                          labels: { ...original, [QUARANTINE_LABEL]: null },
                          annotations: { [LABELS_ANNOTATION]: null },
                      },
                  }
                : undefined,
        );
        await openNamespace(context, namespace);
        return pod === undefined ? "the pod is gone: nothing is left to bring back" : "its labels are back";
    },
};

/** Makes sure that the namespace has a policy that closes isolated pods both ways. */
async function closeNamespace({ api }: ActionContext, namespace: string): Promise<void> {
    try {
        await api.create({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: QUARANTINE_POLICY, namespace, labels: MANAGED_BY },
            spec: {
                podSelector: { matchExpressions: [{ key: QUARANTINE_LABEL, operator: "Exists" }] },
                policyTypes: ["Ingress", "Egress"],
            },
        });
    } catch (error) {
        if (!isApiError(error, "AlreadyExists")) {
            throw error;
        }
    }
}

/** Takes the policy away with the last isolated pod of the namespace. */
async function openNamespace({ api }: ActionContext, namespace: string): Promise<void> {
    const left = await api.list("Pod", { namespace, labels: QUARANTINE_LABEL });
    if (left.length === 0) {
        await api.delete({ kind: "NetworkPolicy", namespace, name: QUARANTINE_POLICY }, {});
    }
}

/** Whether the pod has a network yet. */
async function closure(context: ActionContext, namespace: string, pod: KubernetesObject): Promise<string> {
    const open = await policiesThatOpen(context, namespace, pod);
    if (open.length === 0) {
        return "no network policy opens anything for it";
    }
    const named = `${open.join(", ")}, which select every pod of the namespace`;
    return context.denyingEngine === undefined
        ? `still opened by ${named}`
        : `denied by the policy ${QUARANTINE_POLICY} of ${context.denyingEngine}, which goes before ${named}`;
}

/** Names of policies that select the pod as it is now and allow something. */
async function policiesThatOpen(
    { api }: ActionContext,
    namespace: string,
    pod: KubernetesObject,
): Promise<readonly string[]> {
    return (await api.list("NetworkPolicy", { namespace }))
        .filter(({ spec }) => selects(spec?.["podSelector"], pod.metadata.labels))
        .filter(({ spec }) =>
            [spec?.["ingress"], spec?.["egress"]].some((rules) => Array.isArray(rules) && rules.length > 0),
        )
        .map(({ metadata }) => metadata.name);
}

/** What the controller does when its pod leaves. */
function replacement(controller: string): string {
    switch (controller) {
        case "StatefulSet":
            return "its StatefulSet can't replace it while it is there, since the replacement has the same name";
        case "DaemonSet":
            return "its DaemonSet starts another one on the same node";
        case "none":
            return "nothing replaces it";
        default:
            return `its ${controller} replaces it`;
    }
}
