import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const COMMENTS = "/repos/shop/web/issues/7/comments";
const MINE = "github-actions[bot]";

interface Comment {
    readonly id: number;
    readonly user: { readonly login: string } | null;
    readonly body: string;
}

/** What GitHub is asked in these tests, beside reading. */
interface Written {
    readonly request: string;
    readonly body: string;
}

describe("The commenting action", () => {
    const folder = mkdtempSync(join(tmpdir(), "comment-"));
    const report = join(folder, "report.md");
    const event = join(folder, "event.json");
    let server: Server;
    let origin: string;
    let pages: readonly (readonly Comment[])[] = [];
    let written: Written[] = [];
    let status = 200;

    before(async () => {
        server = createServer((request, response) => {
            void (async () => {
                const sent = await text(request);
                const { pathname, searchParams } = new URL(request.url ?? "", origin);
                const page = Number(searchParams.get("page") ?? 1);
                assert.equal(request.headers.authorization, "Bearer token-of-the-test");
                if (pathname === "/graphql") {
                    response.end(JSON.stringify({ data: { viewer: { login: MINE } } }));
                    return;
                }
                response.statusCode = status;
                if (request.method === "GET" && page < pages.length) {
                    response.setHeader("link", `<${origin}${COMMENTS}?per_page=100&page=${page + 1}>; rel="next"`);
                }
                if (request.method !== "GET") {
                    const { body } = JSON.parse(sent) as { body: string };
                    written.push({ request: `${request.method} ${pathname}`, body });
                }
                response.end(JSON.stringify(request.method === "GET" ? (pages[page - 1] ?? []) : { echoed: sent }));
            })();
        }).listen(0, "127.0.0.1");
        await once(server, "listening");
        origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
        server.close();
        rmSync(folder, { recursive: true });
    });
    beforeEach(() => {
        [pages, written, status] = [[], [], 200];
        writeFileSync(report, "All is well.\n");
        writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    });

    async function comment(
        environment: Readonly<Record<string, string>> = {},
    ): Promise<{ code: number; said: string }> {
        const child = spawn(process.execPath, ["action/comment/comment.mjs"], {
            env: {
                INPUT_REPORT: report,
                INPUT_MARKER: "preview",
                INPUT_TOKEN: "token-of-the-test",
                GITHUB_EVENT_NAME: "pull_request",
                GITHUB_EVENT_PATH: event,
                GITHUB_REPOSITORY: "shop/web",
                GITHUB_API_URL: origin,
                GITHUB_GRAPHQL_URL: `${origin}/graphql`,
                ...environment,
            },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit") as Promise<[number]>]);
        return { code, said };
    }

    const BODY = "<!-- preview -->\nAll is well.\n";

    it("writes a comment where there is none", async () => {
        assert.deepEqual(await comment(), { code: 0, said: "Commented on the pull request.\n" });
        assert.deepEqual(written, [{ request: `POST ${COMMENTS}`, body: BODY }]);
    });

    it("renews its own comment, on whatever page that is", async () => {
        const other = { id: 1, user: { login: "ann" }, body: "Nice." };
        pages = [[other], [other, { id: 9, user: { login: MINE }, body: "<!-- preview -->\nold" }]];
        assert.deepEqual(await comment(), { code: 0, said: "Renewed the comment on the pull request.\n" });
        assert.deepEqual(written, [{ request: "PATCH /repos/shop/web/issues/comments/9", body: BODY }]);
    });

    it("leaves alone what others wrote with its marker, what it wrote with another one, and comments of nobody", async () => {
        pages = [
            [
                { id: 1, user: { login: "mallory" }, body: "<!-- preview -->\nAll is well, trust me." },
                { id: 2, user: { login: "github-actions" }, body: "<!-- preview -->\n" },
                { id: 3, user: null, body: "<!-- preview -->\n" },
                { id: 4, user: { login: MINE }, body: "<!-- other -->\n" },
                { id: 5, user: { login: MINE }, body: "quotes <!-- preview -->\n" },
            ],
        ];
        assert.equal((await comment()).code, 0);
        assert.deepEqual(
            written.map(({ request }) => request),
            [`POST ${COMMENTS}`],
        );
    });

    it("cuts what GitHub would refuse at the end of a line, and says so", async () => {
        writeFileSync(report, "a line of the report\n".repeat(5_000));
        assert.equal((await comment()).code, 0);
        const body = written[0]?.body ?? "";
        assert.ok(body.length <= 65_536 && body.length > 65_000, String(body.length));
        assert.ok(body.endsWith("a line of the report\n\n_The report goes on; its artifact has all of it._\n"));
    });

    const refusals: readonly (readonly [string, () => Record<string, string>, string])[] = [
        [
            "no report",
            () => ({ INPUT_REPORT: "/nowhere/report.md" }),
            "the report /nowhere/report.md can't be read (ENOENT)",
        ],
        ["no token", () => ({ INPUT_TOKEN: "" }), "the input token is missing"],
        [
            "a marker that ends the HTML comment",
            () => ({ INPUT_MARKER: "a --> b" }),
            "the input marker may hold letters, digits and hyphens only",
        ],
        [
            "another event",
            () => (writeFileSync(event, "{}"), { GITHUB_EVENT_NAME: "push" }),
            "the event push is about no pull request",
        ],
        [
            "a token that may only read",
            () => ((status = 403), {}),
            `GitHub answers GET ${COMMENTS} with 403; the job needs the permission pull-requests: write`,
        ],
        ["no network", () => ({ GITHUB_GRAPHQL_URL: "http://127.0.0.1:1/" }), "GitHub was not reached ("],
    ];
    for (const [what, arrange, message] of refusals) {
        it(`refuses ${what} in one line, without the token`, async () => {
            const { code, said } = await comment(arrange());
            assert.equal(code, 1);
            assert.ok(said.startsWith(`::error::${message}`), said);
            assert.equal(said.trim().split("\n").length, 1);
            assert.doesNotMatch(said, /token-of-the-test/);
            assert.deepEqual(written, []);
        });
    }
});
