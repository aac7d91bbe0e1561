import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import express from "express";
import fastify from "fastify";
import Koa from "koa";

import type { BearerPolicy, TokenValidator } from "../src/entry/jwt.js";
import { authenticateBearer, bearerMiddleware, callerOf, JwtSvid } from "../src/entry/jwt.js";
import { authorizeId, BearerError, JwtSvidError, SourceError, SpiffeId } from "../src/index.js";
import { TokenIssuer } from "./support/tokens.js";

const WEB = "spiffe://example.org/web";
const issuer = new TokenIssuer("example.org");
const stranger = new TokenIssuer("example.org");
const policy: BearerPolicy = { audience: "reports", authorize: authorizeId(SpiffeId.parse(WEB)) };
const tokens: TokenValidator = {
    validate: (token, audience, options) => JwtSvid.parseAndValidate(token, audience, issuer.bundles, options),
};
const broken: TokenValidator = {
    validate: () => Promise.reject(new SourceError("closed", "the source is closed")),
};

/** One request to a handler: what it says and asks for. */
async function call(handler: RequestListener, authorization?: string): Promise<[number, string, string | null]> {
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        const { port } = server.address() as AddressInfo;
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
        return [response.status, await response.text(), response.headers.get("www-authenticate")];
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

const plain =
    (middleware: ReturnType<typeof bearerMiddleware>): RequestListener =>
    (request, response) =>
        middleware(request, response, (error) =>
            response.end(error === undefined ? `Hello, ${callerOf(request)?.id}` : "failed"),
        );

const servers: Readonly<Record<string, (used: BearerPolicy) => RequestListener | Promise<RequestListener>>> = {
    "node:http": (used) => plain(bearerMiddleware(tokens, used)),
    Express: (used) => {
        const app = express();
        app.use(bearerMiddleware(tokens, used));
        app.get("/", (request, response) => void response.send(`Hello, ${callerOf(request)?.id}`));
        return app;
    },
    Fastify: async (used) => {
        let handle: RequestListener | undefined;
        const app = fastify({ serverFactory: (handler) => ((handle = handler), createServer(handler)) });
        app.addHook("onRequest", async (request) => {
            await authenticateBearer(request, tokens, used);
        });
        app.get("/", (request) => `Hello, ${callerOf(request)?.id}`);
        await app.ready();
        return handle ?? assert.fail("no handler");
    },
    Koa: (used) => {
        const app = new Koa().on("error", () => {});
        app.use(async (context) => {
            await authenticateBearer(context.req, tokens, used);
            context.body = `Hello, ${callerOf(context)?.id}`;
        });
        const handle = app.callback();
        return (request, response) => void handle(request, response);
    },
};

describe("Bearer JWT-SVIDs", () => {
    for (const [name, serve] of Object.entries(servers)) {
        it(`let their caller into ${name}, and nobody else`, async () => {
            const handler = await serve(policy);
            const good = await issuer.issue();
            assert.deepEqual(await call(handler, `Bearer ${good}`), [200, `Hello, ${WEB}`, null]);
            assert.deepEqual(await call(handler, `bearer  ${good}`), [200, `Hello, ${WEB}`, null]);
            const cases: readonly [authorization: string | undefined, status: number, challenge: string][] = [
                [undefined, 401, "Bearer"],
                ["Basic dXNlcjpwYXNz", 401, "Bearer"],
                [good, 401, "Bearer"],
                [`Bearer ${good} ${good}`, 401, "Bearer"],
                ["Bearer x", 401, 'Bearer error="invalid_token"'],
                [`Bearer ${await stranger.issue()}`, 401, 'Bearer error="invalid_token"'],
                [`Bearer ${await issuer.issue({ audience: ["others"] })}`, 401, 'Bearer error="invalid_token"'],
                [`Bearer ${await issuer.issue({ expiresIn: -3600 })}`, 401, 'Bearer error="invalid_token"'],
                [
                    `Bearer ${await issuer.issue({ subject: "spiffe://example.org/other" })}`,
                    403,
                    'Bearer error="insufficient_scope"',
                ],
            ];
            for (const [authorization, status, challenge] of cases) {
                const [code, body, asked] = await call(handler, authorization);
                assert.deepEqual([code, asked], [status, challenge]);
                assert.ok(!body.includes("Hello") && !body.includes("spiffe://"), body);
            }
        });
    }

    it("are refused by an authorizer that gives anything but true", async () => {
        const token = await issuer.issue();
        for (const answer of [false, undefined, 1, "true", Promise.resolve(true)]) {
            const authorize = (() => answer) as unknown as BearerPolicy["authorize"];
            const refused = authenticateBearer({ headers: { authorization: `Bearer ${token}` } }, tokens, {
                ...policy,
                authorize,
            });
            await assert.rejects(refused, { code: "insufficient_scope", statusCode: 403 });
        }
    });

    it("can't be judged without bundles: 503, and nobody gets in", async () => {
        const handler = plain(bearerMiddleware(broken, policy));
        assert.deepEqual(await call(handler, `Bearer ${await issuer.issue()}`), [503, "", null]);
    });

    it("keep the reason from the caller, but not from the program", async () => {
        const headers = { authorization: `Bearer ${await issuer.issue({ expiresIn: -3600 })}` };
        await assert.rejects(authenticateBearer({ headers }, tokens, policy), (error) => {
            assert.ok(error instanceof BearerError);
            assert.equal(error.message, "the bearer token is not accepted");
            assert.ok(error.cause instanceof JwtSvidError);
            assert.equal(error.cause.code, "expired");
            return true;
        });
    });

    it("are held to what go-spiffe asks where the policy is strict", async () => {
        const headers = { authorization: `Bearer ${await issuer.issue({ header: { kid: undefined } })}` };
        assert.equal((await authenticateBearer({ headers }, tokens, policy)).id.toString(), WEB);
        await assert.rejects(authenticateBearer({ headers }, tokens, { ...policy, strict: true }), {
            code: "invalid_token",
        });
    });

    it("have no caller where there was none", () => {
        assert.equal(callerOf({}), undefined);
        assert.equal(callerOf({ raw: null, req: 1 }), undefined);
    });

    it("need a policy that says for whom and from whom", () => {
        for (const wrong of [undefined, {}, { audience: "a" }, { ...policy, audience: [] }, { ...policy, strict: 1 }]) {
            assert.throws(() => bearerMiddleware(tokens, wrong as BearerPolicy), { code: "invalid_parameter" });
        }
        assert.throws(() => bearerMiddleware({} as TokenValidator, policy), { code: "invalid_parameter" });
    });
});
