import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { EvidenceDirectory } from "../src/execute/evidence.js";
import { fromResource, incidentDefinition, toStatus } from "../src/knowledge/resource.js";
import { traceIncidents } from "../src/knowledge/tracing.js";
import type { Incident } from "../src/model.js";

const INCIDENT: Incident = {
    name: "incident-1",
    key: "workload Deployment shop/web",
    severity: "critical",
    confidence: 0.8,
    firstSeen: 1_000,
    lastSeen: 3_000,
    detectedAt: 2_000,
    signals: [
        {
            source: "falco",
            rule: "r",
            severity: "critical",
            tags: ["t"],
            count: 2,
            firstSeen: 1_000,
            lastSeen: 3_000,
            summary: "s",
        },
    ],
    eventIds: ["a", "b"],
    subjects: [
        { namespace: "shop", pod: "web-0", uid: "u", exposure: "external", unresolved: ["x"], seen: { "falco r": 2 } },
    ],
    actions: [
        {
            id: "isolate:u",
            type: "isolate",
            target: {
                namespace: "shop",
                pod: "web-0",
                uid: "u",
                workload: { kind: "Deployment", namespace: "shop", name: "web" },
            },
            rule: "r",
            state: "done",
            reason: "because",
            decidedAt: 2_100,
            startedAt: 2_200,
            finishedAt: 2_300,
            undoAt: 9_000,
            attempts: 0,
            undo: { labels: { "": "kept", a: null } as never },
        },
    ],
    timeline: [{ at: 2_000, what: "opened" }],
    decisions: [{ id: 0, verdict: "confirm", by: "alice" }],
    obeyed: 1,
    unplanned: false,
    acknowledgedBy: "alice",
};

describe("SecurityIncident", () => {
    const object = (status: object) => ({
        apiVersion: "responder.x0tta6bl4.io/v1alpha1",
        kind: "SecurityIncident",
        metadata: { name: "incident-1" },
        spec: { decisions: INCIDENT.decisions },
        status: JSON.parse(JSON.stringify(status)) as Record<string, unknown>,
    });

    it("keeps everything of an incident, undo records byte for byte", () => {
        assert.deepEqual(fromResource(object(toStatus(INCIDENT, 7))), { incident: INCIDENT, revision: 7 });
    });

    it("says what has come of it in a phase and conditions", () => {
        const { phase, conditions } = toStatus(INCIDENT, 1);
        assert.equal(phase, "Contained");
        assert.deepEqual(
            conditions.map(({ type, status }) => [type, status]),
            [
                ["Contained", "True"],
                ["Recovered", "False"],
                ["Acknowledged", "True"],
            ],
        );
    });

    it("refuses a status that somebody else has written, by the paths of its faults", () => {
        const damaged = { ...toStatus(INCIDENT, 1), severity: "dire", confidence: "much" };
        assert.throws(
            () => fromResource(object(damaged)),
            /damaged:\n {2}status\.severity: .*\n {2}status\.confidence: /,
        );
    });

    it("has the definition that the component deploys, without a keyword that the API server refuses", async () => {
        const definition = incidentDefinition();
        const file = "components/responder/security-incident.json";
        if (process.env["UPDATE_GOLDEN"] === "1") {
            await writeFile(file, `${JSON.stringify(definition, null, 4)}\n`);
        }
        assert.deepEqual(JSON.parse(await readFile(file, "utf8")), definition);
        assert.doesNotMatch(JSON.stringify(definition), /\$schema|additionalProperties|"const"|"\$ref"|anyOf/);
    });
});

describe("Traces", () => {
    it("put everything of an incident into one trace, whichever process tells it", async () => {
        const exporter = new InMemorySpanExporter();
        const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
        const [action] = INCIDENT.actions;
        assert.ok(action);
        for (const process of ["first", "second"]) {
            const observer = traceIncidents(provider.getTracer(process));
            observer.decided(INCIDENT, action);
            observer.acted(INCIDENT, { ...action, state: process === "first" ? "done" : "undo-failed" });
        }
        await provider.forceFlush();
        const spans = exporter.getFinishedSpans();
        assert.deepEqual(
            spans.map(({ name }) => name),
            ["detect", "decide isolate", "act isolate", "detect", "decide isolate", "undo isolate"],
        );
        assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, 1);
        assert.equal(spans.at(-1)?.status.message, "because");
    });
});

describe("EvidenceDirectory", () => {
    it("keeps evidence under its hash, once, and no more than it may", async () => {
        const directory = await mkdtemp(join(tmpdir(), "evidence-"));
        try {
            const store = new EvidenceDirectory(join(directory, "e"), 10);
            const name = await store.put("12345678");
            assert.equal(await store.put("12345678"), name);
            const file = join(directory, "e", `${name.slice(7)}.json`);
            assert.equal(await readFile(file, "utf8"), "12345678");
            await assert.rejects(store.put("another"), { name: "EvidenceError" });
            await utimes(file, 0, 0);
            await store.expire(1_000);
            await store.put("another");
        } finally {
            await rm(directory, { recursive: true });
        }
    });
});
