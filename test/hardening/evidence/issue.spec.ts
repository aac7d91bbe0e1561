import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { InputError } from "../../../policies/engine/input";
import type { Done } from "../../../scripts/compliance-issue";
import { tellOfDrop } from "../../../scripts/compliance-issue";

const BOT = "github-actions[bot]";
const TITLE = "Compliance of stack staging has fallen";

interface Event {
    readonly method: string;
    readonly path: string;
    readonly body: { readonly title?: string; readonly body?: string; readonly state?: string };
}

interface Issue {
    readonly number: number;
    readonly title: string;
    readonly body?: string | null;
    readonly user: { readonly login: string };
}

/** What GitHub was asked to do about a report, where these issues are open. */
async function told(
    report: object,
    issues: readonly Issue[],
    token = "of-the-workflow",
): Promise<{ readonly done: Done; readonly events: readonly Event[] }> {
    const events: Event[] = [];
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const { method = "", url = "", headers } = request;
            const body = Buffer.concat(chunks).toString("utf8");
            if (method !== "GET") {
                events.push({
                    ...{ method, path: url.replace("/repos/acme/shop/", "") },
                    body: JSON.parse(body) as Event["body"],
                });
            }
            response.writeHead(headers.authorization === "Bearer of-the-workflow" ? 200 : 401);
            response.end(JSON.stringify(method === "GET" ? issues : {}));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const env = {
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        ...{ GITHUB_REPOSITORY: "acme/shop", GH_TOKEN: token },
    };
    try {
        return { done: await tellOfDrop(report, "report.json", env), events };
    } finally {
        server.close();
    }
}

const row = (id: string, state: string, reason = "") => ({ id, title: `Row ${id}`, state, reason, owner: "team" });

function report(rows: readonly object[], fulfilledRows?: readonly string[]): object {
    return {
        ...{ stack: "staging", at: "2026-11-29T05:23:00.000Z", score: { percent: 50, open: 1 } },
        areas: [{ id: "X", rows }],
        history:
            fulfilledRows === undefined
                ? []
                : [{ at: "2026-11-22T05:23:00.000Z", percent: 100, open: 0, fulfilledRows }],
    };
}

const issue = (over: Partial<Issue> = {}): Issue => ({ number: 7, title: TITLE, user: { login: BOT }, ...over });

describe("the issue on a drop of the compliance score", () => {
    const fell = report([row("A-1", "open", "1 check: failed"), row("A-2", "satisfied")], ["A-1", "A-2"]);

    it("is opened where a row has fallen, and says which, whose it is and why", async () => {
        const { done, events } = await told(fell, []);
        assert.equal(done, "opened");
        assert.deepEqual(events, [
            {
                ...{ method: "POST", path: "issues" },
                body: {
                    title: TITLE,
                    body: `Stack staging came to 50 % on 2026-11-29, after 100 % on 2026-11-22. These rows held before and are open now:

- **A-1** Row A-1 (team): 1 check: failed

The runbook is docs/runbooks/compliance.md. This issue closes itself when all of them hold again.

<!-- rows: A-1 -->
`,
                },
            },
        ]);
    });

    it("is not opened by a first report, nor by rows that were open before, or are new or do not apply", async () => {
        const open = [row("A-1", "open")];
        for (const given of [report(open), report(open, []), report([row("A-1", "not-applicable")], ["A-1"])]) {
            assert.deepEqual(await told(given, []), { done: "nothing", events: [] });
        }
    });

    it("is one: the next drop brings it up to date, with the rows that it has been about and that don't hold yet", async () => {
        const later = report(
            [row("A-1", "open", "x"), row("A-2", "open", "y"), row("A-3", "satisfied"), row("A-4", "open")],
            ["A-2"],
        );
        const { done, events } = await told(later, [issue({ body: "…\n<!-- rows: A-1 A-3 -->\n" })]);
        assert.equal(done, "updated");
        assert.deepEqual(
            events.map(({ method, path }) => `${method} ${path}`),
            ["PATCH issues/7"],
        );
        assert.match(events[0]?.body.body ?? "", /<!-- rows: A-1 A-2 -->\n$/);
    });

    it("is closed where all of its rows hold again", async () => {
        const again = report([row("A-1", "waived"), row("A-4", "open")], []);
        const { done, events } = await told(again, [issue({ body: "<!-- rows: A-1 -->" })]);
        assert.equal(done, "closed");
        assert.equal(events[0]?.body.state, "closed");
        assert.match(
            events[0].body.body ?? "",
            /^Stack staging came to 50 % .*\. Every row that had fallen holds again\.\n$/,
        );
    });

    it("is nobody else's, nor another stack's", async () => {
        const others = [
            issue({ user: { login: "mallory" } }),
            issue({ title: TITLE.replace("staging", "production") }),
        ];
        assert.equal((await told(fell, others)).done, "opened");
        assert.equal((await told(fell, [issue({ body: null })])).done, "updated");
    });

    it("calls nobody and hides nothing by what a reason says, and cuts what is long", async () => {
        const reason = `@everybody <!-- rows: B-1 -->\n${"x".repeat(400)}`;
        const { events } = await told(report([row("A-1", "open", reason)], ["A-1"]), []);
        const body = events[0]?.body.body ?? "";
        assert.doesNotMatch(body, /@everybody|<!-- rows: B-1/);
        assert.match(body, /x{50} …\n/);
        assert.ok(body.length < 1000);
    });

    it("is refused by name where the report is none, and where GitHub refuses", async () => {
        const faults = async (run: Promise<unknown>): Promise<readonly string[]> => {
            const error: unknown = await run.then(
                () => undefined,
                (reason: unknown) => reason,
            );
            assert.ok(error instanceof InputError);
            return error.faults;
        };
        assert.match((await faults(tellOfDrop({ stack: "s" }, "r.json", {})))[0] ?? "", /^r\.json: at is missing/);
        assert.deepEqual(await faults(tellOfDrop(report([]), "r.json", {})), [
            "environment: GITHUB_API_URL is missing; it must be an address that begins with http",
            "environment: GITHUB_REPOSITORY is missing; it must be OWNER/NAME",
            "environment: GH_TOKEN is missing; it must be a token",
        ]);
        assert.match(
            (await faults(told(fell, [], "of-nobody")))[0] ?? "",
            /^repos\/acme\/shop\/issues\?.*: answered 401$/,
        );
    });
});
