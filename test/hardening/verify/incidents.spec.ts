import assert from "node:assert/strict";

import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import { FakeCluster, vector, verdictsOn } from "../../support/fake-cluster";

const RULE = { kind: "PrometheusRule", metadata: { name: "incidents", namespace: "monitoring" } };
const RESPONDER = "Deployment responder/responder";
const FALCO = "DaemonSet falco/falco";

function workload(kind: string, name: string): Body {
    const labels = { "app.kubernetes.io/name": name };
    const containers = [{ name, ports: [{ name: "http", containerPort: 8080 }] }];
    return {
        kind,
        metadata: { name, namespace: name },
        spec: { selector: { matchLabels: labels }, template: { spec: { containers } } },
    };
}

const STACK = new Expected("staging", [RULE, workload("Deployment", "responder"), workload("DaemonSet", "falco")]);

/** A cluster with a responder that serves these metrics, and a Prometheus that knows Falco by so many pods and matches. */
function live(metrics: readonly string[], falco?: { readonly pods: number; readonly matches: number }): FakeCluster {
    const cluster = new FakeCluster();
    const metadata = { name: "responder-a", namespace: "responder", labels: { "app.kubernetes.io/name": "responder" } };
    cluster.lists["pods"] = [{ metadata, status: { conditions: [{ type: "Ready", status: "True" }] } }];
    cluster.metrics = metrics.join("\n");
    cluster.lists["daemonsets"] = [
        { metadata: { name: "falco", namespace: "falco" }, status: { desiredNumberScheduled: 3 } },
    ];
    if (falco !== undefined) {
        cluster.prometheus = (path) => {
            const query = new URL(path, "http://prometheus").searchParams.get("query") ?? "";
            if (query.includes("scap_n_evts")) {
                return falco.pods === 0 ? vector() : vector([{}, String(falco.pods)]);
            }
            return query.includes("rules_matches") ? vector([{}, String(falco.matches)]) : vector();
        };
    }
    return cluster;
}

const incidents = (high: number, critical: number): readonly string[] => [
    "responder_leader 1",
    'responder_incidents{severity="medium"} 7',
    `responder_incidents{severity="high"} ${high}`,
    `responder_incidents{severity="critical"} ${critical}`,
];

const verdicts = (cluster: FakeCluster, stack = STACK): Promise<string[]> => verdictsOn(stack, "no-incidents", cluster);

describe("no-incidents", () => {
    it("proves MET-4 by the leading responder and by Falco", async () => {
        assert.deepEqual(await verdicts(live(incidents(0, 0), { pods: 3, matches: 0 })), [
            `proved ${RESPONDER}: 0 incidents of high or critical severity in the last 24 hours (target: none)`,
            `proved ${FALCO}: 0 matches of critical rules in the last 24 hours (target: none)`,
        ]);
    });

    it("fails by either of them", async () => {
        assert.deepEqual(await verdicts(live(incidents(1, 2), { pods: 3, matches: 0.2 })), [
            `failed ${RESPONDER}: 3 incidents of high or critical severity in the last 24 hours (target: none)`,
            `failed ${FALCO}: 1 matches of critical rules in the last 24 hours (target: none)`,
        ]);
    });

    it("can't tell while no replica leads, or while Prometheus has nothing of Falco: silence proves nothing", async () => {
        const silent = [
            `unknown ${RESPONDER}: no ready pod says that it leads, so none knows of every incident`,
            `unknown ${FALCO}: Prometheus can't be reached, or holds no metrics of Falco`,
        ];
        const follower = ["responder_leader 0", ...incidents(0, 0).slice(1)];
        assert.deepEqual(await verdicts(live(follower)), silent);
        assert.deepEqual(await verdicts(live([])), silent);
        assert.deepEqual(await verdicts(live(follower, { pods: 0, matches: 0 })), silent);
    });

    it("can't tell while Prometheus holds Falco's metrics of some nodes only", async () => {
        assert.deepEqual((await verdicts(live(incidents(0, 0), { pods: 2, matches: 0 }))).slice(1), [
            `unknown ${FALCO}: Prometheus holds metrics of Falco on 2 of 3 nodes, so what happened on the others is not known`,
        ]);
    });

    it("can't tell where Falco is not there, or on no node, whatever Prometheus still holds of it", async () => {
        const metadata = { name: "falco", namespace: "falco" };
        for (const daemons of [[], [{ metadata }], [{ metadata, status: { desiredNumberScheduled: 0 } }]]) {
            const cluster = live(incidents(0, 0), { pods: 3, matches: 0 });
            cluster.lists["daemonsets"] = daemons;
            assert.deepEqual((await verdicts(cluster)).slice(1), [
                `unknown ${FALCO}: is not there, or on no node, so what Prometheus still holds of it is no proof`,
            ]);
        }
    });

    it("fails where the leader counts no incidents at all, and where nothing would see one", async () => {
        const [verdict] = await verdicts(live(["responder_leader 1"]));
        assert.equal(verdict, `failed ${RESPONDER}: responder_incidents is not there, so nothing proves MET-4`);
        assert.deepEqual(await verdicts(live([]), new Expected("staging", [RULE])), [
            "failed stack staging: has neither the responder nor Falco, so nothing would see an incident",
        ]);
    });
});
