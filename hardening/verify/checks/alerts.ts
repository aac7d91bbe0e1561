import { isDeepStrictEqual } from "node:util";

import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected } from "../expected";
import { describe, nameOf, namespaceOf } from "../expected";
import type { Live } from "../live";
import { askPrometheus } from "../prometheus";

/** Rules that lie in the cluster alert nobody until a Prometheus has read them. */
export const alertRulesLoaded: Check = {
    name: "alert-rules-loaded",
    title: "The alert rules are there, and Prometheus has loaded them",
    covers: ["MON-2", "MON-3", "PRE-5", "POST-2"],
    remedy: "Compare the rule's labels with the ruleSelector of the Prometheus object, and see the operator's log.",
    async run(expected, live) {
        const rules = expected.ofKind("PrometheusRule");
        if (rules.length === 0) {
            return [];
        }
        const found = await live.objects("/apis/monitoring.coreos.com/v1", "prometheusrules");
        const verdicts: Verdict[] = [];
        const loaded = await loadedAlerts(expected, live);
        for (const rule of rules) {
            const subject = describe("PrometheusRule", rule);
            const match = found.find((one) => nameOf(one) === nameOf(rule) && namespaceOf(one) === namespaceOf(rule));
            const alerts = alertsIn(rule);
            if (match === undefined) {
                verdicts.push(failed(subject, "is not there"));
            } else if (!isDeepStrictEqual(match["spec"], rule["spec"])) {
                verdicts.push(failed(subject, "is not what the stack says"));
            } else if (loaded === undefined) {
                verdicts.push(
                    unknown(subject, "is as the stack says; Prometheus can't be reached to see whether it has it"),
                );
            } else {
                const missing = alerts.filter((alert) => !loaded.has(alert));
                verdicts.push(
                    missing.length === 0
                        ? proved(subject, `all ${alerts.length} alerts are loaded`)
                        : failed(subject, `Prometheus has not loaded ${missing.join(", ")}`),
                );
            }
        }
        return verdicts;
    },
};

function alertsIn(rule: Body): readonly string[] {
    return list(obj(rule["spec"])["groups"])
        .filter(isObj)
        .flatMap((group) => list(group["rules"]).filter(isObj))
        .map((entry) => str(entry["alert"]))
        .filter((name) => name !== "");
}

/** The names of the alerts that Prometheus knows; undefined where none answers. */
async function loadedAlerts(expected: Expected, live: Live): Promise<ReadonlySet<string> | undefined> {
    const answer = await askPrometheus(expected, live, "/api/v1/rules?type=alert");
    const groups = list(answer?.["groups"]).filter(isObj);
    return (
        answer && new Set(groups.flatMap((group) => list(group["rules"]).filter(isObj)).map(({ name }) => str(name)))
    );
}
