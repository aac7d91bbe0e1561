// Writes a report as a comment of the pull request that the workflow runs for. A former comment is replaced where it is the
// token's own: whoever else writes one that looks the same could change afterwards what it says.
import { readFileSync } from "node:fs";

/** Longest body that GitHub takes, in characters. */
const LONGEST = 65_536;
const CUT = "\n\n_The report goes on; its artifact has all of it._\n";

/** Ends the step with one line. */
class Refusal extends Error {}

/** An input of the action, as the runner hands it over. */
function input(name) {
    const value = process.env[`INPUT_${name.toUpperCase()}`] ?? "";
    if (value.trim() === "") {
        throw new Refusal(`the input ${name} is missing`);
    }
    return value.trim();
}

/** A file as text. */
function text(path, what) {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        throw new Refusal(`${what} ${path} can't be read (${error.code})`);
    }
}

/** The number of the pull request that the workflow runs for. */
function pullRequest() {
    const { number } = JSON.parse(text(process.env["GITHUB_EVENT_PATH"], "the event"))["pull_request"] ?? {};
    if (!Number.isInteger(number)) {
        throw new Refusal(`the event ${process.env["GITHUB_EVENT_NAME"]} is about no pull request`);
    }
    return number;
}

/** The report behind its marker, as long as GitHub takes it, cut at the end of a line. */
function bodyOf(marker, report) {
    const body = `${marker}\n${report}`;
    if (body.length <= LONGEST) {
        return body;
    }
    const cut = body.slice(0, LONGEST - CUT.length);
    return cut.slice(0, Math.max(cut.lastIndexOf("\n"), marker.length)) + CUT;
}

/** Asks GitHub. What it answers to a refused request is not shown: it repeats what was sent. */
async function ask(token, url, method = "GET", content = undefined) {
    const response = await fetch(url, {
        method,
        headers: {
            accept: "application/vnd.github+json",
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            "x-github-api-version": "2022-11-28",
        },
        ...(content !== undefined && { body: JSON.stringify(content) }),
    });
    if (!response.ok) {
        const permission = response.status === 403 ? "; the job needs the permission pull-requests: write" : "";
        throw new Refusal(`GitHub answers ${method} ${new URL(url).pathname} with ${response.status}${permission}`);
    }
    return { content: await response.json(), link: response.headers.get("link") ?? "" };
}

/** Who the token is. An app's token may not ask for its user, but for who looks. */
async function ownLogin(token) {
    const query = { query: "{ viewer { login } }" };
    const { content } = await ask(token, process.env["GITHUB_GRAPHQL_URL"], "POST", query);
    const login = content.data?.viewer?.login;
    if (typeof login !== "string" || login === "") {
        throw new Refusal("GitHub does not say who the token is");
    }
    return login;
}

/** The comment that the token wrote before, if there is one; every page is looked at. */
async function formerComment(token, comments, marker) {
    const login = await ownLogin(token);
    let next = `${comments}?per_page=100`;
    while (next !== undefined) {
        const { content, link } = await ask(token, next);
        const former = content.find(({ user, body }) => user?.login === login && body?.startsWith(marker));
        if (former !== undefined) {
            return former;
        }
        next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
    }
    return undefined;
}

async function main() {
    const [report, name, token] = [input("report"), input("marker"), input("token")];
    if (!/^[A-Za-z0-9-]+$/.test(name)) {
        throw new Refusal("the input marker may hold letters, digits and hyphens only");
    }
    const marker = `<!-- ${name} -->`;
    const body = bodyOf(marker, text(report, "the report"));
    const issues = `${process.env["GITHUB_API_URL"]}/repos/${process.env["GITHUB_REPOSITORY"]}/issues`;
    const comments = `${issues}/${pullRequest()}/comments`;
    const former = await formerComment(token, comments, marker);
    if (former === undefined) {
        await ask(token, comments, "POST", { body });
    } else {
        await ask(token, `${issues}/comments/${former.id}`, "PATCH", { body });
    }
    console.log(former === undefined ? "Commented on the pull request." : "Renewed the comment on the pull request.");
}

try {
    await main();
} catch (error) {
    // A fault of the network has its reason inside; neither holds the token.
    const reason =
        error instanceof Refusal ? error.message : `GitHub was not reached (${error.cause?.code ?? error.name})`;
    console.log(`::error::${reason}`);
    process.exitCode = 1;
}
