import assert from "node:assert/strict";

import { WEB_PORT } from "../../../components/falco/config";
import { ruleFiles } from "../../../components/falco/shipped";
import { ALERT_PORT, OPEN_PORT } from "../../../components/falco/sidekick";
import { total } from "../../../hardening/verify/exposition";
import { findBinary } from "../../support/binary";
import { metricsOf, podsOf } from "../support/canary";
import { stagingOnNode } from "../support/deployed";
import { alerts, alertsOf } from "../support/falco-alerts";
import { missingForFalco } from "../support/falco-probe";
import { IN_A_POD } from "../support/intrusions";
import { prometheus, startPrometheus } from "../support/prometheus";
import { describeOnCluster } from "../support/shared";
import { allRolledOut } from "../support/stack";
import { FALCO, PLATFORM, SIDEKICK, type StagingOnNode } from "../support/staging-on-node";
import { until } from "../support/until";

const EVENTS = "falcosecurity_falcosidekick_falco_events_total";
const MINING = "Crypto mining";
const DAEMON = `${FALCO}/falco`;

const note = missingForFalco.length === 0 ? "" : ` (skipped: missing: ${missingForFalco.join(", ")})`;

describeOnCluster(`Falco on a real node${note}`, "full", (cluster) => {
    let stack: StagingOnNode;

    before(async function () {
        if (note !== "") {
            this.skip();
        }
        this.timeout(60 * 60_000);
        stack = await stagingOnNode(cluster(), "whole");
        await allRolledOut(cluster(), stack.objects, 300);
    });

    /** The sum of a metric over the pods of a workload, of the samples with some labels. */
    async function sum(
        workload: string,
        port: number,
        metric: string,
        wanted: Record<string, string>,
    ): Promise<number> {
        const pods = await podsOf(cluster(), workload);
        const samples = (await Promise.all(pods.map(async (pod) => metricsOf(cluster(), pod, port)))).flat();
        return total(
            samples.filter(
                ({ name, labels }) =>
                    name === metric && Object.entries(wanted).every(([label, value]) => labels[label] === value),
            ),
        );
    }

    it("opens its probe with the capabilities it is given, and has loaded every rule file", async () => {
        assert.equal(
            await sum(DAEMON, WEB_PORT, "falcosecurity_scap_engine_name_info", { engine_name: "modern_bpf" }),
            1,
        );
        const shipped = ruleFiles("syscall").map(({ name }) => name);
        for (const file_name of ["falco_rules.yaml", ...shipped, "99-stack.yaml"]) {
            assert.equal(
                await sum(DAEMON, WEB_PORT, "falcosecurity_falco_sha256_rules_files_info", { file_name }),
                1,
                file_name,
            );
        }
    });

    it("alerts of nothing while the stack does what it is there for", async () => {
        assert.deepEqual(
            (await alerts(cluster())).map(({ output }) => output),
            [],
        );
    });

    /** Has a script run in a pod of the platform. */
    async function inPod(script: string): Promise<void> {
        const node = ["exec", "-n", PLATFORM, "deployment/x0tta6bl4", "--", "/app/node", "--eval", script];
        await cluster().kubectl.run(node);
    }

    const noPrometheus = prometheus === undefined ? " (skipped: prometheus is not on PATH)" : "";

    it(`has Prometheus raise an incident of the first match of a critical rule, and none before${noPrometheus}`, async function () {
        this.timeout(120_000);
        if (noPrometheus !== "") {
            this.skip();
        }
        const node = cluster().node ?? assert.fail("the cluster has no node");
        const pods = await podsOf(cluster(), DAEMON);
        const watcher = await startPrometheus(cluster(), node, stack.objects, pods, WEB_PORT);
        try {
            const incidents = async (): Promise<readonly (string | undefined)[]> =>
                (await watcher.firing())
                    .filter(({ alertname }) => alertname === "SecurityIncident")
                    .map(({ rule_name }) => rule_name);
            const started = Date.now();
            // Twice the interval in which Prometheus evaluates its rules here.
            await until("Falco is scraped", async () => (await watcher.scrapedSince(started + 10_000)).length === 1);
            assert.deepEqual(await incidents(), []);
            const { script } = IN_A_POD.find(({ rules }) => rules.includes(MINING)) ?? assert.fail(MINING);
            await inPod(script);
            await until("the incident is raised", async () => {
                const found = await incidents();
                return found.includes(MINING) || found.join();
            });
        } finally {
            await watcher.stop();
        }
    });

    for (const { does, script, rules } of IN_A_POD) {
        it(`alerts when somebody in a pod of the platform ${does}`, async function () {
            this.timeout(90_000);
            const found = await alertsOf(cluster(), rules, async () => inPod(script));
            for (const { rule, output_fields } of found) {
                assert.equal(output_fields["k8s.ns.name"], PLATFORM, rule);
                assert.match(String(output_fields["k8s.pod.name"]), /^x0tta6bl4-/, rule);
                assert.match(String(output_fields["container.image.repository"]), /x0tta6bl4$/, rule);
            }
        });
    }

    const noSidekick = findBinary("falcosidekick") === undefined ? " (skipped: falcosidekick is not on PATH)" : "";

    it(`hands its alerts over to falcosidekick by mutual TLS, which lets nobody in without a certificate${noSidekick}`, async function () {
        this.timeout(90_000);
        if (noSidekick !== "") {
            this.skip();
        }
        await until("falcosidekick has taken what Falco alerted of", async () => {
            const rules = new Set((await alerts(cluster())).map(({ rule }) => rule));
            const taken = await Promise.all(
                [...rules].map(async (rule) => sum(`${SIDEKICK}/falcosidekick`, OPEN_PORT, EVENTS, { rule })),
            );
            return (rules.size > 0 && taken.every((count) => count > 0)) || taken.join();
        });
        // The API server's proxy is a client without one.
        const path = `/api/v1/namespaces/${SIDEKICK}/services/https:falcosidekick:${ALERT_PORT}/proxy/ping`;
        assert.equal((await cluster().request("GET", path)).status, 503);
        const said = await cluster().kubectl.run(["logs", `deployment/${SIDEKICK}`, "-n", SIDEKICK, "--all-pods"]);
        assert.match(said, /TLS handshake error .* client didn't provide a certificate/);
    });
});
