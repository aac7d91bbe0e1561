// Events at a steady rate through queue, incidents, plan and actions, on an API server in memory: is memory bounded, is none lost, how long does a
// decision take? npm run bench:responder [-- RATE SECONDS]
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { SubjectCache } from "../src/analyze/cache.js";
import { Resolver } from "../src/analyze/resolve.js";
import { KubernetesIncidentStore } from "../src/knowledge/kubernetes-store.js";
import { ResponderLoop } from "../src/loop.js";
import { EventQueue } from "../src/monitor/queue.js";
import { Responder } from "../src/responder.js";
import { addWorkload, FakeApi, nodeOf } from "../test/support/fake-api.js";
import { eventOf, NAMESPACE, policyOf } from "../test/support/world.js";

const [rate = 1_000, seconds = 60] = process.argv.slice(2).map(Number);
/** Workloads with ten pods each, and one event in a hundred that is critical. */
const WORKLOADS = 50;
const PODS = 10;
const STEP_MS = 10;

const api = new FakeApi(Array.from({ length: 10 }, (_, index) => nodeOf(`node-${index}`)));
// As a server would: answers come in a later turn, so that events come in between.
api.pause = () => new Promise((resolve) => setImmediate(resolve));
for (let index = 0; index < WORKLOADS; index++) {
    addWorkload(api, { namespace: "shop", name: `web-${index}`, replicas: PODS });
}
const policy = policyOf({}, { actionsPerHour: 1_000, coolDown: "1d" });
const decided = new Map<string, number>();
const resolver = new Resolver(api, "example.org");
const now = (): number => Date.now();
const cache = new SubjectCache((claim) => resolver.subject(claim), { ttlMs: 5_000, size: 10_000, now });
const decisionMs: number[] = [];
const responder = await Responder.start({
    policy: () => policy,
    resolver: { subject: (claim) => cache.subject(claim), facts: (targets) => resolver.facts(targets) },
    store: new KubernetesIncidentStore(api, NAMESPACE),
    builtIn: [NAMESPACE],
    observer: {
        event: () => {},
        decided: (incident) => {
            if (!decided.has(incident.name)) {
                decided.set(incident.name, now());
                decisionMs.push(now() - incident.detectedAt);
            }
        },
        acted: () => {},
    },
    tools: { api, evidence: { put: () => Promise.resolve("") }, namespace: NAMESPACE, denyList: "none", now },
});
const queue = new EventQueue(5_000);
const loop = new ResponderLoop(responder, queue, { tickMs: 2_000, failed: (error) => console.error(error) });
const running = loop.run();

const recordMs: number[] = [];
let [sent, turnedAway, peakMb, owed] = [0, 0, 0, 0];
const begun = performance.now();
while (performance.now() - begun < seconds * 1_000) {
    owed = Math.floor(((performance.now() - begun) / 1_000) * rate) - sent;
    for (; owed > 0; owed--) {
        const from = performance.now();
        const pod = `web-${sent % WORKLOADS}-${Math.floor(sent / WORKLOADS) % PODS}`;
        const severity = sent % 101 === 0 ? "critical" : "medium";
        sent++;
        queue.offer([eventOf({ severity, rule: `rule ${severity}`, claim: { namespace: "shop", pod } })]).then(
            () => void recordMs.push(performance.now() - from),
            () => void turnedAway++,
        );
    }
    peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1_048_576);
    await sleep(STEP_MS);
}
while (queue.length > 0) {
    await sleep(STEP_MS);
}
await sleep(STEP_MS);
loop.stop();
await running;

const quantile = (values: readonly number[], part: number): number =>
    Math.round([...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0);
const counted = responder
    .incidents()
    .flatMap(({ signals }) => signals)
    .reduce((sum, { count }) => sum + count, 0);
writeSync(
    1,
    `${JSON.stringify({
        rate,
        seconds,
        sent,
        recorded: recordMs.length,
        turnedAway,
        counted,
        incidents: responder.incidents().length,
        recordMs: { p50: quantile(recordMs, 0.5), p99: quantile(recordMs, 0.99) },
        decisionMs: { p50: quantile(decisionMs, 0.5), p99: quantile(decisionMs, 0.99), decisions: decisionMs.length },
        peakMb: Math.round(peakMb),
    })}\n`,
);
process.exit(0);
