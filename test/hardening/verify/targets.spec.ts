import assert from "node:assert/strict";

import { shippedAlerts } from "../../../components/monitoring/alerts";
import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import { alertedStack } from "../../support/alerted";
import { FakeCluster, vector, verdictsOn } from "../../support/fake-cluster";

const STACK = new Expected("staging", [
    {
        kind: "Deployment",
        metadata: { name: "web", namespace: "shop" },
        spec: { selector: { matchLabels: { app: "x0tta6bl4" } }, template: {} },
    },
    { kind: "PrometheusRule", metadata: { name: "identity", namespace: "monitoring" } },
]);
const SELECTOR = '{namespace="shop",pod="web-1"}';
const handshakes = (result: string): Body => ({ __name__: "pqc_handshakes_total", result });
const refused = (reason: string): Body => ({ __name__: "spiffe_authentication_failures_total", reason });

/** What a pod has counted since it started, of 10,000 handshakes. */
const totals = (failed: number): string =>
    vector(
        [handshakes("success"), String(10_000 - failed)],
        [handshakes("failure"), String(failed)],
        [refused("no_bundle"), String(failed)],
        [{ __name__: "spiffe_svid_expiry_seconds" }, "1800"],
    );
const BAD_START = totals(2_000);
const GOOD_LIFE = totals(0);
const SVID = "proved Pod shop/web-1: its SVID has 30 minutes left";

/** Takes the name from a series, as `increase` does. */
function withoutName(labels: Body): Body {
    return Object.fromEntries(Object.entries(labels).filter(([label]) => label !== "__name__"));
}

/** The expressions that Prometheus was asked, and the verdicts on what it answered. */
async function judge(
    sinceStart: string,
    handshakesGrown: string,
    failuresGrown: string,
): Promise<{ readonly asked: readonly string[]; readonly verdicts: readonly string[] }> {
    const cluster = new FakeCluster();
    const labels = { app: "x0tta6bl4" };
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    cluster.lists["pods"] = [{ metadata: { name: "web-1", namespace: "shop", labels }, status }];
    const asked: string[] = [];
    cluster.prometheus = (path) => {
        const expression = new URL(path, "http://prometheus").searchParams.get("query") ?? "";
        asked.push(expression);
        if (!expression.includes("increase")) {
            return sinceStart;
        }
        return expression.includes("pqc_handshakes_total") ? handshakesGrown : failuresGrown;
    };
    return { verdicts: await verdictsOn(STACK, "metrics-meet-targets", cluster), asked };
}

describe("metrics-meet-targets by what Prometheus has seen of late", () => {
    it("does not hold a bad start against a pod for ever", async () => {
        const { verdicts, asked } = await judge(
            BAD_START,
            vector([withoutName(handshakes("success")), "60.4"], [withoutName(handshakes("failure")), "0"]),
            vector([withoutName(refused("no_bundle")), "0"]),
        );
        assert.deepEqual(verdicts, [
            "proved Pod shop/web-1: 100.00 % of 60 handshakes in the last 30 minutes succeeded (target: more than 99.9 %)",
            "proved Pod shop/web-1: 0 authentication failures in 60 handshakes in the last 30 minutes (target: less than 0.1 %)",
            SVID,
        ]);
        const grown = (metric: string): string => {
            const series = metric + SELECTOR;
            return `(increase(${series}[30m]) and ${series} offset 30m) or ${series}`;
        };
        assert.deepEqual(asked.slice(1), [
            grown("pqc_handshakes_total"),
            grown("spiffe_authentication_failures_total"),
        ]);
    });

    it("does not let a good life hide what goes wrong now", async () => {
        const { verdicts } = await judge(
            GOOD_LIFE,
            vector([withoutName(handshakes("success")), "30.2"], [handshakes("failure"), "10"]),
            vector([refused("expired"), "10"]),
        );
        assert.deepEqual(verdicts, [
            "failed Pod shop/web-1: 75.12 % of 40 handshakes in the last 30 minutes succeeded (target: more than 99.9 %)",
            "failed Pod shop/web-1: 10 authentication failures (expired 10) in 40 handshakes in the last 30 minutes " +
                "(target: less than 0.1 %)",
            SVID,
        ]);
    });

    it("takes a missing counter for no proof, of late either", async () => {
        const { verdicts } = await judge(GOOD_LIFE, vector([handshakes("success"), "30"]), vector());
        assert.equal(
            verdicts[1],
            "failed Pod shop/web-1: spiffe_authentication_failures_total is not there, so nothing proves MET-3",
        );
    });

    it("goes by the whole life of a pod that had nobody to talk to of late", async () => {
        for (const none of [vector(), vector([handshakes("success"), "0"], [handshakes("aborted"), "7"])]) {
            const { verdicts } = await judge(BAD_START, none, vector([refused("no_bundle"), "0"]));
            assert.deepEqual(verdicts, [
                "failed Pod shop/web-1: 80.00 % of 10000 handshakes since its start succeeded (target: more than 99.9 %)",
                "failed Pod shop/web-1: 2000 authentication failures (no_bundle 2000) in 10000 handshakes since its start " +
                    "(target: less than 0.1 %)",
                SVID,
            ]);
        }
    });

    it("looks back as far as the alerts of the same targets", async () => {
        const { asked } = await judge(GOOD_LIFE, vector(), vector());
        // An alert may look at a shorter time beside, to end soon after its cause.
        const longest = (expression: string): number =>
            Math.max(...[...expression.matchAll(/\[(\d+)m\]/g)].map(([, minutes]) => Number(minutes)));
        const own = longest(asked[1] ?? "");
        assert.ok(Number.isFinite(own));
        const rules = shippedAlerts(alertedStack()).flatMap(({ groups }) => groups.flatMap((group) => group.rules));
        for (const name of ["HandshakeSuccessBelowTarget", "AuthenticationFailuresAboveTarget"]) {
            const { expr = "" } = rules.find(({ alert }) => alert === name) ?? {};
            assert.equal(longest(expr), own, name);
        }
    });
});
