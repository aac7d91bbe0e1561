import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected } from "../expected";
import { askAlertmanager } from "../prometheus";

/** A silence for works on something ends; one that lasts longer is an alert that nobody wants to hear. */
const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;

/** An alert that is loaded and silenced tells nobody. */
export function alertsNotSilenced(now: () => Date): Check {
    return {
        name: "alerts-not-silenced",
        title: "No alert of the stack is silenced for longer than a month",
        covers: ["MON-2", "POST-2"],
        remedy: "End the silence in Alertmanager, or let it end soon; what is never wanted is the rule's to leave out.",
        async run(expected, live) {
            const alerts = alertsOf(expected);
            if (alerts.length === 0) {
                return [];
            }
            const silences = await askAlertmanager(expected, live, "/api/v2/silences");
            if (!Array.isArray(silences)) {
                return [unknown("Alertmanager", "can't be reached to see what is silenced")];
            }
            const limit = now().getTime() + LONGEST_DAYS * DAY_MS;
            const long = silences
                .filter(isObj)
                .filter(
                    ({ status, endsAt }) =>
                        str(obj(status)["state"]) === "active" && !(Date.parse(str(endsAt)) <= limit),
                );
            const silenced = alerts.flatMap((labels) => {
                const silence = long.find((one) => silencesAll(one, labels));
                return silence === undefined ? [] : [verdictOf(labels["alertname"] ?? "", silence)];
            });
            return silenced.length > 0
                ? silenced
                : [
                      proved(
                          "Alertmanager",
                          `silences none of ${alerts.length} alerts for longer than ${LONGEST_DAYS} days`,
                      ),
                  ];
        },
    };
}

function verdictOf(alert: string, silence: Body): Verdict {
    return failed(`alert ${alert}`, `is silenced until ${str(silence["endsAt"])} (silence ${str(silence["id"])})`);
}

type Labels = Readonly<Record<string, string>>;

/** What is known of each alert before it fires: its name and the labels of its rule. */
function alertsOf(expected: Expected): readonly Labels[] {
    return expected
        .ofKind("PrometheusRule")
        .flatMap((rule) => list(obj(rule["spec"])["groups"]).filter(isObj))
        .flatMap((group) => list(group["rules"]).filter(isObj))
        .filter(({ alert }) => str(alert) !== "")
        .map(({ alert, labels }) => ({ ...(obj(labels) as Labels), alertname: str(alert) }));
}

/**
 * Whether a silence is of every alert with these labels, whatever else it says when it fires. One that asks for more, as for a
 * namespace or a pod, leaves others to be heard. Matchers: https://prometheus.io/docs/alerting/latest/configuration/#matcher
 */
function silencesAll({ matchers }: Body, labels: Labels): boolean {
    const all = list(matchers).filter(isObj);
    return all.length > 0 && all.every((matcher) => matches(matcher, labels));
}

/**
 * What stands for a label that nothing says beforehand: one that is not there, which is empty to a matcher, and a value that no
 * matcher names. What either of them meets silences nearly all.
 */
const UNTOLD = ["", "\0"];

function matches({ name, value, isRegex, isEqual }: Body, labels: Labels): boolean {
    const meets = (held: string): boolean =>
        (isRegex === true ? wholly(str(value)).test(held) : str(value) === held) === (isEqual !== false);
    const held = labels[str(name)];
    return held === undefined ? UNTOLD.some(meets) : meets(held);
}

/** An anchored pattern, as Alertmanager reads it; one that JavaScript can't read is taken to match. */
function wholly(pattern: string): RegExp {
    try {
        // eslint-disable-next-line security/detect-non-literal-regexp -- a matcher of the cluster's own operators
        return new RegExp(`^(?:${pattern})$`);
    } catch {
        return /^/;
    }
}
