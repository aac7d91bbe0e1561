import type { Read } from "../policies/engine/schema";
import { anyText, anything, integer, listOf, number, optional, partOf, text } from "../policies/engine/schema";
import { readContent } from "../policies/engine/input";
import { str } from "../policies/kubernetes/kube";
import type { Variables } from "./github";
import { GitHub, variables } from "./github";

/** What is read of a report: hardening report --format json. */
const REPORT = partOf({
    stack: text(),
    at: text(),
    score: partOf({ percent: number, open: number }),
    areas: listOf(
        partOf({
            rows: listOf(partOf({ id: text(), title: text(), state: text(), reason: anyText, owner: text() })),
        }),
    ),
    history: listOf(partOf({ at: text(), percent: number, fulfilledRows: optional(listOf(text())) })),
});
type Report = Read<typeof REPORT>;
type Row = Report["areas"][number]["rows"][number];

/** https://docs.github.com/en/rest/issues/issues#list-repository-issues */
const ISSUE = partOf({
    number: integer(1),
    title: text(),
    body: anything,
    user: partOf({ login: text() }),
});

/** Whom an issue of this has to be by: one of the same title by anybody else says nothing, and would keep ours away. */
const AUTHOR = "github-actions[bot]";

/** What was done: nothing where no row has fallen and no issue is open. */
export type Done = "opened" | "updated" | "closed" | "nothing";

/**
 * Has one open issue say which rows of a stack's checklist have fallen and don't hold again: opens it where a row that the former
 * report had fulfilled is open, brings it up to date, and closes it where all of them hold again.
 *
 * @param content a report, as JSON reads
 * @param env the variables of a workflow, and GH_TOKEN, which needs the permission `issues: write`
 * @throws InputError where it is no report, a variable is missing, or GitHub does not answer as documented
 */
export async function tellOfDrop(content: unknown, file: string, env: Variables): Promise<Done> {
    const report = readContent(REPORT, content, file);
    const github = new GitHub(variables(env, {}));
    const title = `Compliance of stack ${report.stack} has fallen`;
    const issues = await github.list(`issues?state=open&creator=${encodeURIComponent(AUTHOR)}`, undefined, ISSUE);
    const issue = issues.find((one) => one.title === title && one.user.login === AUTHOR);
    const before = new Set([...(report.history.at(-1)?.fulfilledRows ?? []), ...named(str(issue?.body))]);
    const fallen = report.areas
        .flatMap(({ rows }) => rows)
        .filter(({ id, state }) => before.has(id) && state === "open");
    if (issue === undefined) {
        if (fallen.length === 0) {
            return "nothing";
        }
        await github.send("POST", "issues", { title, body: bodyOf(report, fallen) });
        return "opened";
    }
    const path = `issues/${issue.number}`;
    if (fallen.length === 0) {
        const body = `${percentOf(report)}. Every row that had fallen holds again.\n`;
        await github.send("PATCH", path, { body, state: "closed", state_reason: "completed" });
        return "closed";
    }
    await github.send("PATCH", path, { body: bodyOf(report, fallen) });
    return "updated";
}

const MARK = /<!-- rows: ([\w. -]*) -->/;

/** The rows that an issue is about. A report that comes later knows only what the one before it had fulfilled. */
function named(body: string): readonly string[] {
    return (MARK.exec(body)?.[1] ?? "").split(" ").filter((id) => id !== "");
}

function percentOf({ stack, at, score, history }: Report): string {
    const former = history.at(-1);
    const since = former === undefined ? "" : `, after ${former.percent} % on ${former.at.slice(0, 10)}`;
    return `Stack ${stack} came to ${score.percent} % on ${at.slice(0, 10)}${since}`;
}

/** How much of a reason is shown: an issue takes 65,536 characters. */
const SHOWN = 300;

function bodyOf(report: Report, fallen: readonly Row[]): string {
    const lines = fallen.map(({ id, title, owner, reason }) => `- **${id}** ${title} (${owner}): ${shown(reason)}`);
    const marks = fallen.map(({ id }) => id).join(" ");
    return `${percentOf(report)}. These rows held before and are open now:\n\n${lines.join("\n")}\n\nThe runbook is docs/runbooks/compliance.md. This issue closes itself when all of them hold again.\n\n<!-- rows: ${marks} -->\n`;
}

/** Without what would call people or be a comment: part of a reason is what others have written. */
function shown(reason: string): string {
    const cut = reason.length > SHOWN ? `${reason.slice(0, SHOWN)} …` : reason;
    return cut.replaceAll(/\s+/g, " ").replaceAll("<", "&lt;").replaceAll("@", "@\u200b");
}
