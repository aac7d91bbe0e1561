import type { Dashboard } from "../panel";
import { complianceDashboard } from "./compliance";
import { identityDashboard } from "./identity";
import { incidentsDashboard } from "./incidents";
import { runtimeDashboard } from "./runtime";
import { secretsDashboard } from "./secrets";

/** Every dashboard, in the order of the checklist's metrics. */
export const DASHBOARDS: readonly Dashboard[] = [
    identityDashboard,
    secretsDashboard,
    runtimeDashboard,
    incidentsDashboard,
    complianceDashboard,
];
