// A flood of events at a steady rate, and among it, twice a second, the first event of an intrusion somewhere else: through queue, incidents, plan and actions,
// on an API server in memory. Is memory bounded, is none lost, how long is it from an intrusion's event to its decision, and to its pod being
// isolated, and how much is written? npm run bench:responder [-- RATE SECONDS]
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { SubjectCache } from "../src/analyze/cache.js";
import { cachedReads } from "../src/analyze/cached-reads.js";
import { Resolver } from "../src/analyze/resolve.js";
import { KubernetesIncidentStore } from "../src/knowledge/kubernetes-store.js";
import { ResponderLoop } from "../src/loop.js";
import type { Incident, Severity } from "../src/model.js";
import { EventQueue } from "../src/monitor/queue.js";
import { Responder } from "../src/responder.js";
import { addWorkload, FakeApi, nodeOf } from "../test/support/fake-api.js";
import { eventOf, NAMESPACE, policyOf } from "../test/support/world.js";

const [rate = 1_000, seconds = 60] = process.argv.slice(2).map(Number);
/** Workloads with ten pods each, about which the flood is; one event of it in a hundred is critical. */
const WORKLOADS = 50;
const PODS = 10;
/** Time between two intrusions, in milliseconds. */
const INTRUSION_MS = 500;
const STEP_MS = 10;

const api = new FakeApi(Array.from({ length: 10 }, (_, index) => nodeOf(`node-${index}`)));
// As a server would: answers come in a later turn, so that events come in between.
api.pause = () => new Promise((resolve) => setImmediate(resolve));
for (let index = 0; index < WORKLOADS; index++) {
    addWorkload(api, { namespace: "shop", name: `web-${index}`, replicas: PODS });
}
const intrusions = Math.floor((seconds * 1_000) / INTRUSION_MS);
for (let index = 0; index < intrusions; index++) {
    addWorkload(api, { namespace: "shop", name: `fresh-${index}`, replicas: 3 });
}
const policy = policyOf({}, { actionsPerHour: 1_000, coolDown: "1d" });
/** When the first event about a workload was sent, by the key of its incident. */
const firstSent = new Map<string, number>();
const decided = new Set<string>();
const resolver = new Resolver(api, "example.org");
const cached = { ttlMs: 5_000, size: 10_000, now: () => Date.now() };
const lookUps = new Resolver(cachedReads(api, cached), "example.org");
const cache = new SubjectCache((claim) => lookUps.subject(claim), cached);
const decisionMs: number[] = [];
const isolatedMs: number[] = [];
const sinceSent = ({ key }: Incident): number => performance.now() - (firstSent.get(key) ?? 0);
const store = new KubernetesIncidentStore(api, NAMESPACE);
const responder = await Responder.start({
    policy: () => policy,
    resolver: { subject: (claim) => cache.subject(claim), facts: (targets) => resolver.facts(targets) },
    store,
    builtIn: [NAMESPACE],
    observer: {
        event: () => {},
        decided: (incident) => {
            if (incident.key.includes("fresh") && !decided.has(incident.name)) {
                decided.add(incident.name);
                decisionMs.push(sinceSent(incident));
            }
        },
        acted: (incident, { type, state }) => {
            if (incident.key.includes("fresh") && type === "isolate" && state === "done") {
                isolatedMs.push(sinceSent(incident));
            }
        },
    },
    tools: {
        api,
        evidence: { put: () => Promise.resolve(""), expire: () => Promise.resolve() },
        namespace: NAMESPACE,
        denyList: { name: "none", namespaces: [] },
        now: cached.now,
    },
    msPerSave: 10,
});
const queue = new EventQueue(5_000);
const loop = new ResponderLoop(responder, queue, { tickMs: 2_000, failed: (error) => console.error(error) });
const running = loop.run();
void store.follow(
    new AbortController().signal,
    () => loop.hurry(),
    (error) => console.error(error),
);

const recordMs: number[] = [];
let [sent, turnedAway, peakMb] = [0, 0, 0];

function send(workload: string, index: number, severity: Severity): void {
    const from = performance.now();
    const key = `workload Deployment shop/${workload}`;
    firstSent.set(key, firstSent.get(key) ?? from);
    sent++;
    const claim = { namespace: "shop", pod: `${workload}-${index}` };
    queue.offer([eventOf({ severity, rule: `rule ${severity}`, claim })]).then(
        () => void recordMs.push(performance.now() - from),
        () => {
            turnedAway++;
        },
    );
}

const begun = performance.now();
let fresh = 0;
for (let flood = 0; performance.now() - begun < seconds * 1_000;) {
    const elapsed = performance.now() - begun;
    for (; flood < (elapsed / 1_000) * rate; flood++) {
        send(
            `web-${flood % WORKLOADS}`,
            Math.floor(flood / WORKLOADS) % PODS,
            flood % 101 === 0 ? "critical" : "medium",
        );
    }
    for (; fresh < Math.min(intrusions, elapsed / INTRUSION_MS); fresh++) {
        send(`fresh-${fresh}`, 0, "critical");
    }
    peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1_048_576);
    await sleep(STEP_MS);
}
// Whoever has sent an event has been answered, and every intrusion is decided or never will be.
const until = performance.now() + 120_000;
while ((recordMs.length + turnedAway < sent || responder.busy) && performance.now() < until) {
    await sleep(STEP_MS);
}
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
        intrusions: fresh,
        decisionMs: { p50: quantile(decisionMs, 0.5), p99: quantile(decisionMs, 0.99), decisions: decisionMs.length },
        isolatedMs: { p50: quantile(isolatedMs, 0.5), p99: quantile(isolatedMs, 0.99), isolated: isolatedMs.length },
        writesPerSecond: Math.round(api.changes.length / seconds),
        peakMb: Math.round(peakMb),
    })}\n`,
);
process.exit(0);
