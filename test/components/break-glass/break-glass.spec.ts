import assert from "node:assert/strict";

import type { BreakGlassSettings } from "../../../components/break-glass/settings";
import { breakGlassFaults } from "../../../components/break-glass/settings";
import { breakGlassAlerts } from "../../../components/monitoring/break-glass";
import { alertedStack } from "../../support/alerted";
import { hasPromtool, wrongCases } from "../../support/promtool";
import { objectsOf, readAs, strangers } from "../../support/stranger";
import { judged } from "../../support/stranger-findings";

const NOW = new Date("2026-12-01T12:00:00Z");
const SETTINGS: BreakGlassSettings = {
    group: "on-call",
    namespaces: ["spire"],
    reason: "INC-7",
    until: "2026-12-01T18:30Z",
};

/** In so many hours, as it is written. */
const inHours = (hours: number): string => `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16)}Z`;

function faultsOf(over: object): readonly string[] {
    const { cluster, spire } = strangers("sienna");
    return readAs({ cluster, spire, breakGlass: { ...SETTINGS, until: inHours(2), ...over } }).faults;
}

describe("Break-glass rights", () => {
    it("are nobody's unless they are set, and then a group's to look, to open shells and to restart, and no more", async function () {
        this.timeout(120_000);
        const { cluster, spire } = strangers("sienna");
        const alone = { cluster, spire };
        const roles = (objects: Awaited<ReturnType<typeof objectsOf>>) =>
            objects
                .filter(({ inputs }) => (inputs["metadata"] as { name?: string } | undefined)?.name === "break-glass")
                .map(({ inputs }) => inputs);
        assert.deepEqual(roles(await objectsOf(alone)), []);
        const until = inHours(2);
        const objects = await objectsOf({ ...alone, breakGlass: { ...SETTINGS, until } });
        const annotations = { "security.x0tta6bl4.io/reason": `INC-7; until ${until}` };
        const metadata = { name: "break-glass", namespace: "spire", annotations };
        assert.deepEqual(roles(objects), [
            {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "Role",
                metadata,
                rules: [
                    { apiGroups: [""], resources: ["pods", "pods/log", "events"], verbs: ["get", "list", "watch"] },
                    { apiGroups: [""], resources: ["pods/exec"], verbs: ["create", "get"] },
                    { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
                ],
            },
            {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "RoleBinding",
                metadata,
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "break-glass" },
                subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "on-call" }],
            },
        ]);
        const { violations, excepted } = judged(objects);
        assert.deepEqual(violations, []);
        assert.ok(excepted.includes("no-pod-exec Role spire/break-glass"));
    });

    it("are refused once they are over, and where they would last", () => {
        const faults = (until: string) => breakGlassFaults({ ...SETTINGS, until }, ["spire"], NOW);
        assert.deepEqual(faults("2026-12-01T12:01Z"), []);
        assert.deepEqual(faults("2026-12-02T12:00Z"), []);
        assert.deepEqual(faults("2026-12-01T12:00Z"), [
            "until is 2026-12-01T12:00Z, which is over; remove the setting, and deploy the stack",
        ]);
        assert.deepEqual(faults("2026-12-02T12:01Z"), [
            "until is 2026-12-02T12:01Z, more than 24 hours from now; an emergency is no longer than that",
        ]);
    });

    it("hold the whole program back until they are removed", () => {
        const until = inHours(-1);
        assert.deepEqual(faultsOf({ until }), [
            `acme:breakGlass.until is ${until}, which is over; remove the setting, and deploy the stack`,
        ]);
        assert.deepEqual(faultsOf({}), []);
    });

    const refused: readonly (readonly [string, object, string])[] = [
        [
            "a group of everybody",
            { group: "system:authenticated" },
            "acme:breakGlass.group must be a group of your own",
        ],
        ["no namespace", { namespaces: [] }, "acme:breakGlass.namespaces must"],
        [
            "a namespace of others",
            { namespaces: ["kube-system"] },
            "acme:breakGlass.namespaces holds kube-system, which this stack doesn't make",
        ],
        ["one twice", { namespaces: ["spire", "spire"] }, "acme:breakGlass.namespaces holds spire twice"],
        ["no reason", { reason: "" }, "acme:breakGlass.reason must be a text that is not empty"],
        ["a day without a time", { until: "2026-12-01" }, "acme:breakGlass.until must be a moment in UTC"],
        ...["2026-13-01T18:30Z", "2026-02-30T18:30Z", "2026-12-01T25:00Z"].map(
            (until) =>
                [`no moment, ${until}`, { until }, `acme:breakGlass.until is ${until}, which no calendar has`] as const,
        ),
    ];
    for (const [title, over, expected] of refused) {
        it(`are refused with ${title}`, () => {
            const faults = faultsOf(over);
            assert.equal(faults.length, 1);
            assert.ok(faults[0]?.startsWith(expected), faults[0]);
        });
    }

    it("are told of by the group's name as it is, whatever PromQL would make of it", () => {
        const [file] = breakGlassAlerts({ ...SETTINGS, group: 'on$1"call' }, alertedStack());
        assert.equal(
            file?.groups[0]?.rules[0]?.expr,
            'label_replace(vector(1796149800), "group", "on$$1\\"call", "", "") - time() > 0',
        );
    });

    it("are told of for as long as they are there, and paged for once they should not be (skipped without promtool)", async function () {
        assert.deepEqual(breakGlassAlerts(undefined, alertedStack()), []);
        if (!hasPromtool()) {
            this.skip();
        }
        this.timeout(60_000);
        // Promtool's clock starts in 1970.
        const groups = breakGlassAlerts({ ...SETTINGS, until: "1970-01-01T01:00Z" }, alertedStack()).flatMap(
            (file) => file.groups,
        );
        const about = (alert: string, minutes: number, fires: boolean) => ({
            name: `${alert} after ${minutes}`,
            alert,
            series: { up: "1x200" },
            minutes,
            fires,
        });
        assert.deepEqual(
            await wrongCases(groups, [
                about("BreakGlassOpen", 50, true),
                about("BreakGlassNotClosed", 50, false),
                about("BreakGlassOpen", 70, false),
                about("BreakGlassNotClosed", 70, true),
            ]),
            [],
        );
    });
});
