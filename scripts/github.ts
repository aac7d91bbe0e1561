import { UsageError } from "../hardening/io";
import { readContent } from "../policies/engine/input";
import type { Schema } from "../policies/engine/schema";
import { listOf, object, partOf, text } from "../policies/engine/schema";

/** The variables of GitHub's that say which repository a workflow is about, and the token it may call the API by. */
const VARIABLES = {
    GITHUB_API_URL: text("an address that begins with http", /^https?:\/\/\S+$/),
    GITHUB_REPOSITORY: text("OWNER/NAME", /^[\w.-]+\/[\w.-]+$/),
    GH_TOKEN: text("a token"),
};

/** Variables by their names, as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What a workflow's variables say.
 *
 * @param more variables that are needed beside those of every call
 * @throws InputError with every variable that is missing or is not what it should be
 */
export function variables<F extends Readonly<Record<string, Schema<string>>>>(
    env: Variables,
    more: F,
): Readonly<Record<keyof F | keyof typeof VARIABLES, string>> {
    const wanted: Readonly<Record<string, Schema<string>>> = { ...VARIABLES, ...more };
    const given = Object.keys(wanted).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
    return readContent(object(wanted), Object.fromEntries(given), "environment") as ReturnType<typeof variables<F>>;
}

const PAGE = 100;

/** The REST API of GitHub for one repository. Every method rejects with a UsageError where it does not answer as documented. */
export class GitHub {
    constructor(private readonly env: ReturnType<typeof variables>) {}

    /** All items of a list that is an object's field, or the whole answer where there is no name. */
    public async list<T>(path: string, name: string | undefined, item: Schema<T>): Promise<readonly T[]> {
        const found: T[] = [];
        for (let page = 1; ; page += 1) {
            const what = `repos/${this.env.GITHUB_REPOSITORY}/${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`;
            const answer = await this.call("GET", what);
            const items =
                name === undefined
                    ? readContent(listOf(item), answer, what)
                    : (readContent(partOf({ [name]: listOf(item) }), answer, what)[name] ?? []);
            found.push(...items);
            if (items.length < PAGE) {
                return found;
            }
        }
    }

    public async send(method: "POST" | "PATCH", path: string, body: object): Promise<void> {
        await this.call(method, `repos/${this.env.GITHUB_REPOSITORY}/${path}`, body);
    }

    private async call(method: string, what: string, body?: object): Promise<unknown> {
        const { GITHUB_API_URL: api, GH_TOKEN: token } = this.env;
        const response = await fetch(`${api}/${what}`, {
            method,
            headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
            ...(body !== undefined && { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(30_000),
        }).catch((error: unknown) => {
            throw new UsageError([`${what}: no answer (${error instanceof Error ? error.message : "unknown"})`]);
        });
        if (!response.ok) {
            throw new UsageError([`${what}: answered ${response.status}`]);
        }
        return response.json().catch(() => undefined);
    }
}
