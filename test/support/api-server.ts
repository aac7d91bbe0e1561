import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Manifest } from "./controls";

/** What an answer of the fake API server may be, besides a list. */
export interface Refusal {
    readonly status: number;
    readonly message?: string;
    readonly retryAfter?: number;
    /** How often to refuse before answering properly; default always. */
    readonly times?: number;
}

/** A kind that the fake API server serves. */
export interface ServedKind {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespaced?: boolean;
    readonly verbs?: readonly string[];
    readonly items?: readonly Manifest[];
    readonly refuse?: Refusal;
    /** Answers 410 to the first continuation. */
    readonly expires?: boolean;
}

export interface ApiServer {
    readonly url: string;
    /** Method and address of every request, in order. */
    readonly requests: readonly string[];
    readonly authorizations: ReadonlySet<string | undefined>;
    readonly close: () => Promise<void>;
}

interface Reply {
    readonly status: number;
    readonly body: unknown;
    readonly retryAfter?: number;
}

/** Starts an API server on the loopback interface that discovers and lists some kinds, `page` objects at a time. */
export async function apiServer(kinds: readonly ServedKind[], page = 500): Promise<ApiServer> {
    const requests: string[] = [];
    const authorizations = new Set<string | undefined>();
    const state = { refusals: new Map<ServedKind, number>(), expired: new Set<ServedKind>() };
    const server = createServer((request, response) => {
        requests.push(`${request.method} ${request.url}`);
        authorizations.add(request.headers.authorization);
        const { status, body, retryAfter } = reply(request, kinds, page, state);
        response.writeHead(status, {
            "content-type": "application/json",
            ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
        });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}`,
        requests,
        authorizations,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

interface State {
    readonly refusals: Map<ServedKind, number>;
    readonly expired: Set<ServedKind>;
}

function reply(request: IncomingMessage, kinds: readonly ServedKind[], page: number, state: State): Reply {
    const url = new URL(request.url ?? "/", "http://localhost");
    const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
    if (url.pathname === "/apis") {
        const groups = versions
            .filter((version) => version.includes("/"))
            .map((groupVersion) => ({ name: groupVersion.split("/")[0], preferredVersion: { groupVersion } }));
        return { status: 200, body: { kind: "APIGroupList", groups } };
    }
    const version = [...versions, "v1"].find((candidate) => baseOf(candidate) === url.pathname);
    if (version !== undefined) {
        const served = kinds.filter(({ apiVersion }) => apiVersion === version);
        const resources = served.map(({ name, kind, namespaced = true, verbs = ["get", "list"] }) => ({
            ...{ name, kind, namespaced, verbs },
        }));
        return { status: 200, body: { kind: "APIResourceList", resources } };
    }
    return listReply(url, kinds, page, state);
}

function baseOf(apiVersion: string): string {
    return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The object without a namespace that a path names. */
function named(path: string, kinds: readonly ServedKind[]): Manifest | undefined {
    return kinds
        .filter(({ namespaced }) => namespaced === false)
        .flatMap(({ apiVersion, name, items = [] }) =>
            items.filter(
                (item) => path === `${baseOf(apiVersion)}/${name}/${String((item["metadata"] as Manifest)["name"])}`,
            ),
        )[0];
}

function listReply(url: URL, kinds: readonly ServedKind[], page: number, state: State): Reply {
    const namespace = /\/namespaces\/([^/]+)\/[^/]+$/.exec(url.pathname)?.[1];
    const path = url.pathname.replace(/\/namespaces\/[^/]+(?=\/[^/]+$)/, "");
    const served = kinds.find(({ apiVersion, name }) => `${baseOf(apiVersion)}/${name}` === path);
    if (served === undefined) {
        const object = named(url.pathname, kinds);
        return object !== undefined
            ? { status: 200, body: object }
            : { status: 404, body: { kind: "Status", message: "the server could not find the requested resource" } };
    }
    const refused = state.refusals.get(served) ?? 0;
    const { refuse } = served;
    if (refuse !== undefined && refused < (refuse.times ?? Infinity)) {
        state.refusals.set(served, refused + 1);
        const body = refuse.message === undefined ? "<html>" : { kind: "Status", message: refuse.message };
        return {
            status: refuse.status,
            body,
            ...(refuse.retryAfter !== undefined && { retryAfter: refuse.retryAfter }),
        };
    }
    const start = Number(url.searchParams.get("continue") ?? 0);
    if (start > 0 && served.expires === true && !state.expired.has(served)) {
        state.expired.add(served);
        return { status: 410, body: { kind: "Status", message: "The provided continue parameter is too old" } };
    }
    const all = (served.items ?? []).filter(
        (item) => namespace === undefined || (item["metadata"] as Manifest)["namespace"] === namespace,
    );
    const size = Math.min(page, Number(url.searchParams.get("limit") ?? page));
    const items = all.slice(start, start + size);
    const more = start + size < all.length ? { continue: String(start + size) } : {};
    return { status: 200, body: { kind: `${served.kind}List`, metadata: more, items } };
}
