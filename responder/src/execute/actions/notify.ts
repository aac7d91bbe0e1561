import { isApiError } from "../../kubernetes/objects.js";
import type { Action } from "../action.js";

/** An Event of the API server beside the SecurityIncident, from which people's tools take it on. */
export const notify: Action = {
    type: "notify",
    prepare: () => Promise.resolve({}),
    async apply({ api, incident, namespace, record }) {
        const at = new Date(record.decidedAt).toISOString();
        try {
            await api.create({
                apiVersion: "v1",
                kind: "Event",
                metadata: { name: `${incident.name}.notify`, namespace },
                involvedObject: {
                    apiVersion: "responder.x0tta6bl4.io/v1alpha1",
                    kind: "SecurityIncident",
                    name: incident.name,
                    namespace,
                },
                reason: "SecurityIncident",
                message:
                    `${incident.severity}: ${incident.signals.map(({ rule }) => rule).join(", ")} (${incident.key})`.slice(
                        0,
                        1_000,
                    ),
                type: "Warning",
                source: { component: "responder" },
                firstTimestamp: at,
                lastTimestamp: at,
                count: 1,
            });
        } catch (error) {
            if (!isApiError(error, "AlreadyExists")) {
                throw error;
            }
        }
        return "people are told by an Event";
    },
};
