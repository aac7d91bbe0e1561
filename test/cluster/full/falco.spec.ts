import assert from "node:assert/strict";

import { findBinary } from "../../support/binary";
import { missingOfFalco } from "../../support/falco";
import { total } from "../../../hardening/verify/exposition";
import { stagingOnNode } from "../support/deployed";
import { metricsOf, podsOf } from "../support/canary";
import { alerts, alertsOf } from "../support/falco-alerts";
import { IN_A_POD } from "../support/intrusions";
import { describeOnCluster } from "../support/shared";
import { allRolledOut } from "../support/stack";
import { FALCO, PLATFORM, SIDEKICK } from "../support/staging-on-node";
import { until } from "../support/until";

const EVENTS = "falcosecurity_falcosidekick_falco_events_total";
const DAEMON = `${FALCO}/falco`;

const note = missingOfFalco.length === 0 ? "" : ` (skipped: missing: ${missingOfFalco.join(", ")})`;

describeOnCluster(`Falco on a real node${note}`, "full", (cluster) => {
    before(async function () {
        if (note !== "") {
            this.skip();
        }
        this.timeout(60 * 60_000);
        const stack = await stagingOnNode(cluster(), "whole");
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

    it("opens its probe with the four capabilities it is given, and has loaded every rule file", async () => {
        assert.equal(await sum(DAEMON, 8765, "falcosecurity_scap_engine_name_info", { engine_name: "modern_bpf" }), 1);
        const files = [
            "falco_rules.yaml",
            "10-vocabulary.yaml",
            "20-identity.yaml",
            "30-runtime.yaml",
            "40-network.yaml",
        ];
        for (const file_name of [...files, "99-stack.yaml"]) {
            assert.equal(
                await sum(DAEMON, 8765, "falcosecurity_falco_sha256_rules_files_info", { file_name }),
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

    for (const { does, script, rules } of IN_A_POD) {
        it(`alerts when somebody in a pod of the platform ${does}`, async function () {
            this.timeout(90_000);
            const node = ["exec", "-n", PLATFORM, "deployment/x0tta6bl4", "--", "/app/node", "--eval", script];
            const found = await alertsOf(cluster(), rules, async () => cluster().kubectl.try(node));
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
                [...rules].map(async (rule) => sum(`${SIDEKICK}/falcosidekick`, 2810, EVENTS, { rule })),
            );
            return (rules.size > 0 && taken.every((count) => count > 0)) || taken.join();
        });
        // The API server's proxy is a client without one.
        const path = `/api/v1/namespaces/${SIDEKICK}/services/https:falcosidekick:2801/proxy/ping`;
        assert.equal((await cluster().request("GET", path)).status, 503);
        const said = await cluster().kubectl.run(["logs", `deployment/${SIDEKICK}`, "-n", SIDEKICK, "--all-pods"]);
        assert.match(said, /TLS handshake error .* client didn't provide a certificate/);
    });
});
