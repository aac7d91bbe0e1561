import type { AlertedStack } from "../alerts";
import type { Dashboard } from "../panel";
import { complianceDashboard } from "./compliance";
import { identityDashboard } from "./identity";
import { incidentsDashboard } from "./incidents";
import { runtimeDashboard } from "./runtime";
import { secretsDashboard } from "./secrets";

/** Every dashboard, in the order of the checklist's metrics. */
export const dashboards = ({ lives, namespaces }: Pick<AlertedStack, "lives" | "namespaces">): readonly Dashboard[] => [
    identityDashboard(lives),
    secretsDashboard,
    runtimeDashboard,
    incidentsDashboard,
    complianceDashboard(namespaces),
];
