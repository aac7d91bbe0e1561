import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { StartSecrets } from "../../../components/area";
import type { AlertedStack } from "../../../components/monitoring/alerts";
import { parseAlerts, shippedAlerts } from "../../../components/monitoring/alerts";
import { narrowed } from "../../../components/monitoring/expressions";
import { waiverAlerts } from "../../../components/monitoring/waivers";
import { InputError } from "../../../policies/engine/input";
import { alertedStack } from "../../support/alerted";
import type { AlertCase, Series } from "../../support/promtool";
import { hasPromtool, wrongCases } from "../../support/promtool";
import { EXAMPLES } from "./alert-cases";
import { GOOD_DAY } from "./alert-cases/good-day";

const RUNBOOKS = join(__dirname, "../../../docs/runbooks");
const READER = { namespace: "identity", workload: "spire-server", secrets: ["vault-role", "store.password"] };
const STACK = alertedStack({ startSecrets: [READER] });
const groupsOf = (over: Partial<AlertedStack> = {}) =>
    shippedAlerts({ ...STACK, ...over }).flatMap((file) => file.groups);
const groups = groupsOf();
const rules = groups.flatMap((group) => group.rules);

const ALERT = `
groups:
  - name: g
    rules:
      - alert: A
        expr: up == 0
        labels: { severity: critical, area: platform }
        annotations: { summary: s, description: d, action: a, runbook_url: platform.md }
`;

function faultsOf(text: string): readonly string[] {
    try {
        parseAlerts([{ name: "a.yaml", text }]);
    } catch (error) {
        assert.ok(error instanceof InputError);
        return error.faults;
    }
    return [];
}

describe("alerts", () => {
    it("cover every target of the checklist's metrics", () => {
        const byTarget = new Map<string, string[]>();
        for (const { alert, labels } of rules) {
            if (labels.target !== undefined) {
                byTarget.set(labels.target, [...(byTarget.get(labels.target) ?? []), alert]);
            }
        }
        assert.deepEqual(Object.fromEntries([...byTarget].sort()), {
            "MET-1": ["HandshakeSuccessBelowTarget", "HandshakeBudgetSpent", "ClassicalHandshakes"],
            "MET-2": ["CertificateExpiresWithinAWeek", "SvidNotRotated"],
            "MET-3": ["AuthenticationFailuresAboveTarget", "AuthenticationBudgetSpent"],
            "MET-4": ["IncidentUnacknowledged", "SecurityIncident", "CredentialMisuse"],
            "MET-5": ["CriticalVulnerabilities", "HighVulnerabilities"],
            "MET-6": ["ComplianceScoreBelowTarget", "ComplianceNotMeasured"],
        });
    });

    it("each link a runbook that exists and names them", () => {
        for (const { alert, annotations } of rules) {
            const link = "runbook_url" in annotations ? annotations.runbook_url : "";
            const file = join(RUNBOOKS, link.replace("https://runbooks.x0tta6bl4.io/", ""));
            assert.ok(existsSync(file), `${alert} links ${link}, which does not exist`);
            assert.ok(readFileSync(file, "utf8").includes(`\`${alert}\``), `${file} does not name ${alert}`);
        }
    });

    it("each have an example of when they fire and of when they stay silent, and there are no others", () => {
        assert.deepEqual(Object.keys(EXAMPLES).sort(), rules.map(({ alert }) => alert).sort());
    });

    it("each have an example of a counter's first event, where one event is enough and the counter comes with it", () => {
        const otherwise = [
            // A client that calls in a loop, or what SPIRE tries again every few minutes: the second event is an increase.
            ...["SpireAgentRateLimited", "SpireAuthorityRotationFailing", "SpireSvidRotationFailing"],
            // Falco and the responder show these counters from their start.
            ...["FalcoLosesAlerts", "ResponderBudgetExhausted", "ResponderTurnsEventsAway"],
        ];
        const oneIsEnough = rules.filter(({ expr }) => expr.includes("increase(") && /> 0$/.test(expr.trim()));
        const atOnce = Object.keys(EXAMPLES).filter((alert) => EXAMPLES[alert]?.firesAtOnce !== undefined);
        assert.deepEqual([...atOnce, ...otherwise].sort(), oneIsEnough.map(({ alert }) => alert).sort());
    });

    it("fire in the one example and stay silent in the other (skipped where promtool is not on the PATH)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(120_000);
        const cases = Object.entries(EXAMPLES).flatMap(
            ([alert, { fires, firesAtOnce, silent, silentOnFew, after }]): AlertCase[] => [
                { name: `${alert} fires`, alert, series: fires, minutes: after, fires: true },
                ...(firesAtOnce === undefined
                    ? []
                    : [{ name: `${alert} fires at once`, alert, series: firesAtOnce, minutes: after, fires: true }]),
                { name: `${alert} stays silent`, alert, series: silent, minutes: after, fires: false },
                ...(silentOnFew === undefined
                    ? []
                    : [
                          {
                              name: `${alert} stays silent on few`,
                              alert,
                              series: silentOnFew,
                              minutes: after,
                              fires: false,
                          },
                      ]),
            ],
        );
        assert.deepEqual(await wrongCases(groups, cases), []);
    });

    it("count the handshakes of proxies with those of the library, and burn one budget (skipped without promtool)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(180_000);
        const proxy = 'endpoint="proxy-metrics", pod="shop-a"';
        const made = (rate: number, x = 500) => ({ [`envoy_listener_ssl_handshake{${proxy}}`]: `0+${rate}x${x}` });
        const failed = (what: string, samples: string, labels = proxy) => ({
            [`envoy_listener_ssl_${what}{${labels}}`]: samples,
        });
        const down = 'endpoint="http", pod="shield"';
        const cases = (alert: string, all: Readonly<Record<string, readonly [Series, boolean, number]>>): AlertCase[] =>
            Object.entries(all).map(([name, [series, fires, minutes]]) => ({
                name: `${alert} ${name}`,
                alert,
                series,
                minutes,
                fires,
            }));
        const library = { 'pqc_handshakes_total{result="success"}': "0+10000x500" };
        assert.deepEqual(
            await wrongCases(groups, [
                ...cases("HandshakeSuccessBelowTarget", {
                    "errors of connections": [{ ...made(1000), ...failed("connection_error", "0+20x500") }, true, 75],
                    "refused certificates": [{ ...made(1000), ...failed("fail_verify_error", "0+20x500") }, true, 75],
                    "among many of the library": [
                        { ...made(1000), ...library, ...failed("fail_verify_error", "0+20x500") },
                        false,
                        75,
                    ],
                    "of the proxies before the shield, which anybody may call": [
                        { ...made(1000), ...failed("connection_error", "0+20x500", down) },
                        false,
                        75,
                    ],
                    // One per cent, and six hours of it: seven times the rate that is allowed, and not fourteen.
                    "a slow burn, soon": [
                        { ...made(1000), ...failed("fail_verify_san", "0x300 1+10x200") },
                        false,
                        310,
                    ],
                    "a slow burn, later": [{ ...made(1000), ...failed("fail_verify_san", "0+10x500") }, true, 400],
                    "what has ended": [{ ...made(1000), ...failed("fail_verify_san", "0+50x60 3000x440") }, false, 100],
                    nothing: [{}, false, 75],
                }),
                ...cases("AuthenticationFailuresAboveTarget", {
                    "without a certificate": [
                        { ...made(1000), ...failed("fail_verify_no_cert", "0+20x500") },
                        true,
                        75,
                    ],
                    "by another SPIFFE ID": [{ ...made(1000), ...failed("fail_verify_san", "0+20x500") }, true, 75],
                    "errors of connections": [{ ...made(1000), ...failed("connection_error", "0+20x500") }, false, 75],
                }),
                ...cases("PlatformDown", {
                    "behind a proxy that answers": [
                        {
                            'up{job="x0tta6bl4", endpoint="http", pod="a"}': "0x60",
                            'up{job="x0tta6bl4", endpoint="proxy-metrics", pod="a"}': "1x60",
                        },
                        true,
                        20,
                    ],
                }),
            ]),
            [],
        );
    });

    it("of Secrets that are read at start are there for each reader, by the names that it has, and for nobody else", () => {
        const expressions = (...readers: readonly StartSecrets[]) =>
            groupsOf({ startSecrets: readers })
                .flatMap((group) => group.rules)
                .filter(({ alert }) => alert === "RotatedSecretNotInUse")
                .map(({ expr }) => expr);
        assert.deepEqual(expressions(), []);
        const [first = "", second = ""] = expressions(READER, {
            namespace: "eyes",
            workload: "relay",
            secrets: ["relay-tls"],
        });
        assert.ok(first.includes('{namespace="identity", secret=~"store[.]password|vault-role"}'), first);
        assert.ok(first.includes('{namespace="identity", pod=~"spire-server-.+"}'), first);
        assert.ok(second.includes('{namespace="eyes", secret=~"relay-tls"}'), second);
        assert.ok(!`${first}${second}`.includes("<"));
    });

    it("of incidents go on for a day after what set them off, unless somebody silences them", () => {
        const kept = groups
            .flatMap(({ rules }) => rules)
            .filter(({ keep_firing_for: lasting }) => lasting !== undefined)
            .map(({ alert, keep_firing_for: lasting }) => `${alert} ${lasting}`);
        assert.deepEqual(kept, ["SecurityIncident 1d", "CredentialMisuse 1d"]);
    });

    it("link nothing where nobody said what runbooks are found by, and name the file", () => {
        for (const { annotations } of groupsOf({ settings: { runbooks: undefined, clusterLabel: undefined } }).flatMap(
            (group) => group.rules,
        )) {
            assert.ok(!("runbook_url" in annotations));
            assert.ok(existsSync(annotations.runbook));
        }
    });

    it("say which cluster they are about, whether or not series do", () => {
        const labelled = (clusterLabel: string | undefined) =>
            new Set(
                groupsOf({ settings: { ...STACK.settings, clusterLabel } }).flatMap((group) =>
                    group.rules.map(({ labels }) => `${labels["cluster"]} ${labels["where"]}`),
                ),
            );
        assert.deepEqual([...labelled(undefined)], ["here undefined"]);
        assert.deepEqual([...labelled("where")], ["undefined here"]);
    });

    it("wait for what is due by the lives of what SPIRE issues", () => {
        const waits = (authority: number, svid: number) =>
            groupsOf({ lives: { authority, svid } })
                .flatMap((group) => group.rules)
                .filter(({ alert }) => ["SpireAuthorityExpiresSoon", "SvidNotRotated"].includes(alert))
                .map((rule) => `${rule.expr.split(" < ")[1]} for ${rule.for}`);
        assert.deepEqual(waits(86_400, 3_600), ["10800 for 600s", "600 for 300s"]);
        // What would have fired in every cycle: it is replaced at a sixth, and at half.
        assert.deepEqual(waits(10_800, 600), ["1350 for 75s", "100 for 50s"]);
    });

    it("of a ruler that sees several clusters go by their own alone (skipped where promtool is not on the PATH)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(180_000);
        const several = groupsOf({ settings: { ...STACK.settings, clusterLabel: "cluster" } });
        const of = (cluster: string, series: Series): Series =>
            Object.fromEntries(
                Object.entries(series).map(([name, samples]) => [narrowed(name, `cluster="${cluster}"`), samples]),
            );
        // What is wrong there is nothing here; and what goes well there does not answer for here.
        const cases = Object.entries(EXAMPLES).flatMap(([alert, { fires, silent, after: minutes }]): AlertCase[] => [
            {
                name: `${alert} here`,
                alert,
                series: { ...of("here", fires), ...of("there", silent) },
                minutes,
                fires: true,
            },
            {
                name: `${alert} there`,
                alert,
                series: { ...of("there", fires), ...of("here", silent) },
                minutes,
                fires: false,
            },
        ]);
        assert.deepEqual(await wrongCases(several, cases), []);
    });

    it("of severity critical stay silent on a day on which all goes well (skipped where promtool is not on the PATH)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(120_000);
        const minutes = 120;
        const critical = rules.filter(({ labels }) => labels.severity === "critical").map(({ alert }) => alert);
        assert.deepEqual(
            await wrongCases(
                groups,
                critical.map((alert) => ({ name: alert, alert, series: GOOD_DAY, minutes, fires: false })),
            ),
            [],
        );
        // Nobody measured it: without the series, those that miss something fire.
        const missed = await wrongCases(
            groups,
            critical.map((alert) => ({ name: alert, alert, series: {}, minutes, fires: false })),
        );
        assert.deepEqual(missed, ["SpireServerDown", "PlatformDown", "FalcoNotScraped"]);
    });

    it("are judged by promtool: a case with the opposite expectation is reported (skipped without promtool)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(60_000);
        const series = EXAMPLES["PlatformDown"]?.fires ?? {};
        const alert = "PlatformDown";
        assert.deepEqual(
            await wrongCases(groups, [
                { name: "wrong", alert, series, minutes: 20, fires: false },
                { name: "right", alert, series, minutes: 20, fires: true },
            ]),
            ["wrong"],
        );
    });

    it("warn of each waiver in its last 30 days by the days alone (the firing is skipped without promtool)", async function () {
        this.timeout(60_000);
        const risk = { control: "no-host-pid", object: "Pod a/b" };
        assert.deepEqual(waiverAlerts([], STACK), []);
        // Promtool's clock starts in 1970.
        const warnings = (...days: readonly string[]) =>
            waiverAlerts(
                days.map((expires) => ({ ...risk, expires })),
                STACK,
            ).flatMap((file) => file.groups);
        const [rule] = warnings("1970-01-30", "1970-02-05").flatMap((group) => group.rules);
        assert.equal(
            rule?.expr,
            '(label_replace(vector(2592000), "waiver", "no-host-pid for Pod a/b", "", "") or ' +
                'label_replace(vector(3110400), "waiver", "no-host-pid for Pod a/b", "", "")) - time() < 30 * 86400',
        );
        assert.ok(readFileSync(join(RUNBOOKS, "expired-waiver.md"), "utf8").includes(`\`${rule.alert}\``));
        if (!hasPromtool()) {
            return;
        }
        const about = { alert: rule.alert, series: { up: "1x200" }, minutes: 90 };
        assert.deepEqual(await wrongCases(warnings("1970-01-30"), [{ ...about, name: "soon", fires: true }]), []);
        assert.deepEqual(await wrongCases(warnings("1970-02-05"), [{ ...about, name: "later", fires: false }]), []);
    });

    const refused: readonly [string, string, readonly string[]][] = [
        [
            "an unknown severity",
            ALERT.replace("critical", "page"),
            ['a.yaml: groups[0].rules[0].labels.severity must be one of critical, warning, found "page"'],
        ],
        [
            "an unknown area",
            ALERT.replace("area: platform", "area: misc"),
            [
                'a.yaml: groups[0].rules[0].labels.area must be one of identity, secrets, runtime, platform, compliance, found "misc"',
            ],
        ],
        [
            "no description",
            ALERT.replace("description: d", "description: ''"),
            ['a.yaml: groups[0].rules[0].annotations.description must be a text that is not empty, found ""'],
        ],
        [
            "nothing to do first",
            ALERT.replace("action: a, ", ""),
            ["a.yaml: groups[0].rules[0].annotations.action is missing; it must be a text that is not empty"],
        ],
        [
            "a wait that is part of nothing known",
            ALERT.replace("expr:", "for: <token life / 3>\n        expr:"),
            ["a.yaml: groups[0].rules[0].for must be a duration such as 5m, found a text of 16 characters"],
        ],
        [
            "a runbook elsewhere",
            ALERT.replace("platform.md", "https://wiki/x"),
            [
                'a.yaml: groups[0].rules[0].annotations.runbook_url must be the name of a file of docs/runbooks, found "https://wiki/x"',
            ],
        ],
        [
            "no expression",
            ALERT.replace("up == 0", "''"),
            ['a.yaml: groups[0].rules[0].expr must be a text that is not empty, found ""'],
        ],
        [
            "no groups",
            "rules: []",
            ["a.yaml: rules is not known; known: groups", "a.yaml: groups is missing; it must be a list"],
        ],
        [
            "rules that are none",
            "groups: [{ name: g, rules: [up] }]",
            [
                'a.yaml: groups[0].rules[0] must be an object with alert, expr, for, keep_firing_for, labels, annotations, found "up"',
            ],
        ],
        [
            "a wait without a unit",
            ALERT.replace("expr:", "for: 5\n        expr:"),
            ["a.yaml: groups[0].rules[0].for must be a duration such as 5m, found 5"],
        ],
        ["no YAML", "groups: [", ["a.yaml:1: unexpected end of the stream within a flow collection"]],
        ["a name in use", ALERT + ALERT.split("\n").slice(2).join("\n"), ['a.yaml: alert "A" is defined already']],
    ];
    for (const [title, text, faults] of refused) {
        it(`are refused with ${title}`, () => {
            assert.deepEqual(faultsOf(text), faults);
        });
    }
});
