import assert from "node:assert/strict";

import { checks, verify } from "../../../hardening/verify";
import { Expected } from "../../../hardening/verify/expected";
import { FakeCluster } from "../../support/fake-cluster";

const NOW = new Date("2026-11-22T12:00:00Z");
const STACK = new Expected("staging", [
    {
        kind: "PrometheusRule",
        metadata: { name: "identity", namespace: "monitoring" },
        spec: {
            groups: [
                {
                    rules: [
                        { alert: "AgentMissing", expr: "up == 0", labels: { severity: "critical", area: "identity" } },
                        { alert: "SvidOld", expr: "age > 1", labels: { severity: "warning" } },
                        { record: "x", expr: "y" },
                    ],
                },
            ],
        },
    },
]);

const matcher = (name: string, value: string, over: object = {}) => ({
    ...{ name, value, isRegex: false, isEqual: true, ...over },
});
const silence = (matchers: readonly object[], endsAt = "2027-01-01T00:00:00Z", state = "active") => ({
    ...{ id: "s-1", matchers, endsAt, status: { state } },
});

/** What the check says where Alertmanager answers so. */
async function verdicts(answer: unknown): Promise<readonly string[]> {
    const cluster = new FakeCluster();
    cluster.prometheus =
        answer === undefined ? undefined : (path) => (path === "/api/v2/silences" ? JSON.stringify(answer) : "");
    const services: string[] = [];
    const answered = cluster.serviceText.bind(cluster);
    cluster.serviceText = async (namespace, service, port, path) => {
        services.push(`${namespace}/${service}:${port}`);
        return answered(namespace, service, port, path);
    };
    const check = checks(() => NOW).filter(({ name }) => name === "alerts-not-silenced");
    const [result] = await verify(check, STACK, cluster);
    const first = "monitoring/alertmanager-operated:9093";
    assert.deepEqual(services, answer === undefined ? [first, "monitoring/alertmanager:9093"] : [first]);
    return (result?.verdicts ?? []).map(({ status, subject, message }) => `${status} ${subject}: ${message}`);
}

const HEARD = "proved Alertmanager: silences none of 2 alerts for longer than 31 days";
const until = (alert: string): string => `failed alert ${alert}: is silenced until 2027-01-01T00:00:00Z (silence s-1)`;

describe("alerts-not-silenced", () => {
    it("is proved where nothing is silenced, or not for long, or not any more", async () => {
        const agents = [matcher("alertname", "AgentMissing")];
        for (const silences of [
            [],
            [silence(agents, "2026-12-23T11:00:00Z")],
            [silence(agents, undefined, "expired")],
            [silence(agents, undefined, "pending")],
        ]) {
            assert.deepEqual(await verdicts(silences), [HEARD]);
        }
    });

    for (const [what, matchers, alerts] of [
        ["its name", [matcher("alertname", "AgentMissing")], ["AgentMissing"]],
        ["a pattern", [matcher("alertname", "Agent.*|Svid.*", { isRegex: true })], ["AgentMissing", "SvidOld"]],
        ["a label of its rule", [matcher("severity", "warning")], ["SvidOld"]],
        ["what it is not", [matcher("severity", "info", { isEqual: false })], ["AgentMissing", "SvidOld"]],
        ["a label that it has not", [matcher("area", "identity")], ["AgentMissing"]],
        [
            "any namespace",
            [matcher("alertname", "SvidOld"), matcher("namespace", ".+", { isRegex: true })],
            ["SvidOld"],
        ],
        ["all namespaces but one", [matcher("namespace", "x", { isEqual: false })], ["AgentMissing", "SvidOld"]],
        [
            "any namespace, and none",
            [matcher("alertname", "SvidOld"), matcher("namespace", "|.+", { isRegex: true })],
            ["SvidOld"],
        ],
        ["a label that nothing has", [matcher("alertname", "SvidOld"), matcher("region", "")], ["SvidOld"]],
        [
            "every label that is told",
            [matcher("alertname", "SvidOld"), matcher("job", "", { isEqual: false })],
            ["SvidOld"],
        ],
        [
            "a pattern that can't be read",
            [matcher("alertname", "(?i)agent", { isRegex: true })],
            ["AgentMissing", "SvidOld"],
        ],
    ] as const) {
        it(`fails by a silence of ${what} that lasts`, async () => {
            assert.deepEqual(await verdicts([silence(matchers)]), alerts.map(until));
        });
    }

    it("is proved where what is silenced is one namespace, a part of a name, or everything by nothing", async () => {
        for (const matchers of [
            [matcher("alertname", "SvidOld"), matcher("namespace", "shop")],
            [matcher("alertname", "Agent", { isRegex: true })],
            [matcher("namespace", ".*", { isRegex: true, isEqual: false })],
            [],
        ]) {
            assert.deepEqual(await verdicts([silence(matchers)]), [HEARD]);
        }
    });

    it("fails by a silence whose end nobody can read, and is unknown where nothing answers as it should", async () => {
        const [verdict = ""] = await verdicts([silence([matcher("alertname", "SvidOld")], "never")]);
        assert.equal(verdict, "failed alert SvidOld: is silenced until never (silence s-1)");
        const unseen = "unknown Alertmanager: can't be reached to see what is silenced";
        assert.deepEqual(await verdicts(undefined), [unseen]);
        assert.deepEqual(await verdicts({ error: "x" }), [unseen]);
    });
});
