import type { Read } from "../schema";
import { listOf, mapOf, object, oneOf, text, withDefault } from "../schema";

/** What the cluster does with an object that breaks a control. */
const action = oneOf("audit", "warn", "deny", "off");

export type AdmissionAction = Read<typeof action>;

/** The stack's settings for admission. */
export const admissionSettings = withDefault(
    object({
        /** For every control that has an admission counterpart. */
        action: withDefault(action, "warn"),
        /** For single controls, by name. */
        controls: withDefault(mapOf(action), {}),
        /** Users whose changes are never judged, besides the API server itself; for the operators of the cluster's own parts. */
        exemptUsers: withDefault(listOf(text()), []),
    }),
    {},
);

export type AdmissionSettings = Read<typeof admissionSettings>;
