import { noCatchAllAggregation } from "../../../../policies/controls/rbac/no-catch-all-aggregation";
import { describeControl } from "../../../support/control-suite";
import { clusterRole } from "../../../support/rbac";

const aggregate = (...clusterRoleSelectors: readonly unknown[]) =>
    clusterRole([], { aggregationRule: { clusterRoleSelectors } });
const message = (index: number): string =>
    `aggregationRule.clusterRoleSelectors[${index}] selects every ClusterRole. Select by a label of your own.`;

describeControl(noCatchAllAggregation, {
    refused: {
        "an empty selector": { object: aggregate({}), message: message(0) },
        "an empty selector beside a good one": {
            object: aggregate({ matchLabels: { "example.org/aggregate": "true" } }, { matchLabels: {} }),
            message: message(1),
        },
        "a selector that only leaves roles out": {
            object: aggregate({ matchExpressions: [{ key: "example.org/aggregate", operator: "DoesNotExist" }] }),
            message: message(0),
        },
    },
    allowed: {
        "a selector by label": { object: aggregate({ matchLabels: { "example.org/aggregate": "true" } }) },
        "a selector by expression": {
            object: aggregate({ matchExpressions: [{ key: "team", operator: "In", values: ["shop"] }] }),
        },
        "no aggregation": { object: clusterRole([]) },
    },
});
