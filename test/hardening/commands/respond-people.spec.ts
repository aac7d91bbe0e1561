import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { cli } from "../../support/cli";

const PATH = "/apis/responder.x0tta6bl4.io/v1alpha1/namespaces/responder/securityincidents";
const AT = "2026-01-01T00:00:00.000Z";

function statusOf(change: object = {}): object {
    const action = { rule: "r", decidedAt: AT, attempts: 0, target: {} };
    return {
        revision: 1,
        phase: "Proposed",
        key: "workload Deployment shop/web",
        severity: "critical",
        confidence: 0.9,
        firstSeen: AT,
        lastSeen: AT,
        detectedAt: AT,
        signals: [
            {
                ...{ source: "falco", rule: "Shell", severity: "critical", tags: [], count: 2, firstSeen: AT },
                lastSeen: AT,
                summary: "sh \u001b[2Jin web",
            },
        ],
        eventIds: [],
        subjects: [{ namespace: "shop", pod: "web-0", unresolved: ["its node could not be worked out"] }],
        actions: [
            { ...action, id: "isolate:1", type: "isolate", state: "proposed", reason: "asks", guard: "mode" },
            { ...action, id: "notify:incident", type: "notify", state: "done", reason: "told" },
        ],
        timeline: [{ at: AT, what: "opened by falco: Shell" }],
        conditions: [],
        obeyed: 0,
        unplanned: false,
        ...change,
    };
}

/** What people do with incidents, against an HTTP server that holds some and counts versions as the API server does. */
describe("hardening respond, for people", () => {
    let folder: string;
    let server: Server;
    let incidents: Map<string, { version: number; spec: { decisions?: { by: string }[] }; status: object }>;
    let conflicts: number;
    const seen: string[] = [];

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "respond-people-"));
        server = createServer((request, response) => {
            void text(request).then((body) => {
                seen.push(`${request.method} ${request.url}`);
                const { status, answer } = answerTo(request.method ?? "", request.url ?? "", body);
                response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const name = "test";
        writeFileSync(
            join(folder, "kubeconfig"),
            JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name, cluster: { server: `http://127.0.0.1:${port}` } }],
                users: [{ name, user: { token: "t" } }],
                contexts: [{ name, context: { cluster: name, user: name } }],
                "current-context": name,
            }),
        );
    });

    beforeEach(() => {
        conflicts = 0;
        seen.length = 0;
        incidents = new Map([
            ["old", { version: 1, spec: {}, status: statusOf({ acknowledgedBy: "bob", severity: "critical" }) }],
            ["low", { version: 1, spec: {}, status: statusOf({ severity: "low" }) }],
            ["new", { version: 1, spec: {}, status: statusOf() }],
            ["damaged", { version: 1, spec: {}, status: { revision: "x" } }],
        ]);
    });

    after(() => {
        server.close();
        rmSync(folder, { recursive: true });
    });

    function answerTo(method: string, url: string, body: string): { status: number; answer: unknown } {
        const object = ([name, one]: [string, { version: number; spec: object; status: object }]): object => ({
            metadata: { name, resourceVersion: String(one.version) },
            spec: one.spec,
            status: one.status,
        });
        if (url.endsWith("/selfsubjectreviews")) {
            return { status: 201, answer: { status: { userInfo: { username: "alice" } } } };
        }
        if (method === "GET" && url.startsWith(`${PATH}?`)) {
            return { status: 200, answer: { metadata: {}, items: [...incidents].map(object) } };
        }
        const name = url.slice(PATH.length + 1);
        const found = incidents.get(name);
        if (found === undefined) {
            return { status: 404, answer: { message: `securityincidents "${name}" not found` } };
        }
        if (method === "PATCH") {
            const patch = JSON.parse(body) as { metadata: { resourceVersion: string }; spec: (typeof found)["spec"] };
            if (conflicts-- > 0) {
                // Somebody else was faster.
                found.version++;
                found.spec = {
                    decisions: [...(found.spec.decisions ?? []), { by: "bob", id: 0, verdict: "acknowledge" } as never],
                };
                return { status: 409, answer: { message: "the object has been modified" } };
            }
            assert.equal(patch.metadata.resourceVersion, String(found.version));
            found.spec = patch.spec;
            found.version++;
        }
        return { status: 200, answer: object([name, found]) };
    }

    const respond = (...args: string[]) => cli(["respond", ...args, "--kubeconfig", join(folder, "kubeconfig")]);

    it("lists those that nobody has looked at first, the worst at the top, and what it can't read", async () => {
        const { code, out } = await respond("list");
        assert.equal(code, 0);
        const lines = out.trim().split("\n");
        assert.deepEqual(
            lines.map((line) => line.split(" ")[0]),
            ["INCIDENT", "new", "low", "old", "damaged"],
        );
        assert.match(
            lines[1] ?? "",
            /new +critical +Proposed +2026-01-01T00:00:00.000Z +nobody yet +workload Deployment/,
        );
        assert.match(lines[4] ?? "", /damaged {2}not readable: SecurityIncident damaged is damaged: status\.revision/);
        const json = JSON.parse((await respond("list", "--format", "json")).out) as { incidents: { name: string }[] };
        assert.equal(json.incidents.length, 4);
    });

    it("shows one, with what is not known, and without what would move the cursor", async () => {
        const { code, out } = await respond("show", "new");
        assert.equal(code, 0);
        assert.match(out, /not known: its node could not be worked out/);
        assert.match(out, /proposed +isolate:1\n +asks \(mode\)/);
        assert.match(out, /sh \\u001b\[2Jin web/);
        assert.equal(out.includes("\u001b"), false);
    });

    it("decides in the caller's own name, numbered on, and after a conflict beside what somebody else decided", async () => {
        assert.equal((await respond("ack", "new")).code, 0);
        assert.deepEqual(incidents.get("new")?.spec.decisions, [{ id: 0, verdict: "acknowledge", by: "alice" }]);
        const { code, out } = await respond("approve", "new", "isolate");
        assert.equal(code, 0);
        assert.match(out, /new: decision 1, approve of isolate:1 by alice, is recorded/);
        conflicts = 2;
        await respond("confirm", "low", "notify:incident");
        assert.deepEqual(
            incidents.get("low")?.spec.decisions?.map(({ by }) => by),
            ["bob", "bob", "alice"],
        );
    });

    it("says what is there instead where a decision would change nothing, and writes nothing", async () => {
        for (const [args, message] of [
            [
                ["approve", "new", "cordon"],
                /new has no action cordon; it has isolate:1 \(proposed\), notify:incident \(done\)/,
            ],
            [
                ["undo", "new", "isolate"],
                /new has nothing to undo: that is for actions running or done or failed or undo-failed/,
            ],
            [["ack", "none"], /SecurityIncidents: securityincidents "none" not found/],
            [["approve", "damaged"], /damaged can't be decided about: SecurityIncident damaged is damaged/],
        ] as const) {
            const { code, log } = await respond(...args);
            assert.equal(code, 2);
            assert.match(log.join("\n"), message);
        }
        assert.deepEqual(
            seen.filter((one) => one.startsWith("PATCH")),
            [],
        );
    });

    it("refuses what it doesn't know before it asks anybody", async () => {
        const refused = [
            ...[[], ["lst"], ["show"], ["list", "x"], ["ack", "new", "x"], ["approve", "a", "b", "c"]],
            // Every object has a property of that name.
            ["constructor", "new"],
        ];
        for (const args of refused) {
            const { code, log } = await respond(...args);
            assert.equal(code, 2);
            assert.match(
                log.join("\n"),
                /list \| show INCIDENT \| approve\|undo\|confirm INCIDENT \[ACTION\] \| ack INCIDENT/,
            );
        }
        assert.deepEqual(seen, []);
    });
});
