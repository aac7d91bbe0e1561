import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Most lines that one recipe may have. */
export const MAX_RECIPE_LINES = 15;

interface Recipe {
    /** The file in `code/`, without its ending. */
    readonly file: string;
    readonly title: string;
    readonly text: string;
}

interface Chapter {
    readonly title: string;
    readonly recipes: readonly Recipe[];
}

/** The recipes in the order of the page. */
export const CHAPTERS: readonly Chapter[] = [
    {
        title: "Servers",
        recipes: [
            {
                file: "express",
                title: "Express",
                text: "An app is a handler of `createHttpsServer`; `peerOf(request)` tells who calls.",
            },
            { file: "koa", title: "Koa", text: "The same, by `app.callback()`." },
            { file: "nest", title: "NestJS", text: "Controllers and guards ask `peerOf(request)`." },
            {
                file: "nest-guard",
                title: "NestJS, a guard by JWT-SVIDs",
                text: "For `@UseGuards` or `useGlobalGuards`, with a `JwtSource`; handlers ask `callerOf(request)`.",
            },
            {
                file: "fastify",
                title: "Fastify",
                text: "Fastify makes its server by `serverFactory`; routes ask `peerOf(request.raw)`.",
            },
            { file: "fastify-http2", title: "Fastify over HTTP/2", text: "The same with `createHttp2Server`." },
            {
                file: "ws",
                title: "ws, server and client",
                text: "The server shares an HTTPS server, the client takes an agent.",
            },
            { file: "grpc", title: "grpc-js, server and client", text: "Call `listen()` of the listener's `server`." },
        ],
    },
    {
        title: "Clients over HTTP",
        recipes: [
            {
                file: "built-in",
                title: "The fetch and the WebSocket of Node.js",
                text: "Both take a dispatcher of undici, on each supported Node.js. `createFetch(dispatcher)` is a `fetch` that refuses plain http.",
            },
            { file: "undici", title: "undici", text: "`setGlobalDispatcher(dispatcher)` does it for a whole program." },
            {
                file: "axios",
                title: "axios",
                text: "By an agent that pools connections and renews them with the SVID.",
            },
            { file: "got", title: "got", text: "By the same agent." },
            {
                file: "http2",
                title: "node:http2",
                text: "`connectHttp2` opens one session; the pool keeps one for each origin.",
            },
        ],
    },
    {
        title: "Databases, brokers and mail",
        recipes: [
            {
                file: "pg",
                title: "PostgreSQL by pg",
                text: "The server verifies the client as well where `ssl_ca_file` and `hostssl … cert` or `clientcert=verify-ca` say so.",
            },
            {
                file: "ioredis",
                title: "Redis by ioredis",
                text: "Redis verifies clients against `tls-ca-cert-file`, whatever their ID: let only those in that may.",
            },
            {
                file: "redis",
                title: "Redis by node-redis",
                text: "Each reconnect shows the SVID of its time.",
            },
            {
                file: "mysql2",
                title: "MySQL by mysql2",
                text:
                    "A MySQL connection begins in the clear and turns to TLS inside the driver, which can't be told whom to authorize: of `ssl` it reads certificates, `rejectUnauthorized` and " +
                    "`verifyIdentity`, no `checkServerIdentity` or `secureContext`, and with a trust domain's authorities as `ssl.ca` any workload of that domain could pose as the database. So " +
                    "TLS comes first: `pool` speaks SPIFFE to `front`, which stands beside the server, by loopback or its Unix socket; any other proxy that speaks SPIFFE does as well.",
            },
            { file: "kafka", title: "Kafka by kafkajs", text: "Each connection to each broker is verified." },
            {
                file: "mqtt",
                title: "MQTT by mqtt",
                text: "The stream builder is called for each reconnect; the socket announces itself when it is verified.",
            },
            {
                file: "nodemailer",
                title: "SMTP by nodemailer",
                text: "By STARTTLS, or at once with `secure: true`; `requireTLS` refuses a server that offers none.",
            },
        ],
    },
];

/** The code of a recipe: the whole of its file. */
export function recipeCode({ file }: Recipe): string {
    return readFileSync(join(import.meta.dirname, "code", `${file}.ts`), "utf8").trimEnd();
}

/** The page, as it stands in docs/spiffe-recipes.md. */
export function recipesPage(): string {
    const parts = [
        "# Recipes for the SPIFFE library",
        "How popular servers and clients of Node.js authenticate by [`@x0tta6bl4/spiffe`](../spiffe/README.md). Tests run each of these files as it stands here, against the real library " +
            "(`spiffe/test/recipes`); `npm run recipes:doc` writes this page. `identity` is an `X509Source`, or any other `X509Provider`, and `policy` says who may be at the other end: " +
            "`{ authorize: authorizeId(id) }`.",
        "Where a recipe takes `clientOptions`, the library connects by itself: OpenSSL verifies against all authorities known, then this library by the bundle of the server's own trust " +
            "domain, before a byte of the application leaves. Where it takes a socket, an agent or a dispatcher, connections also end when the authority of their peer is revoked.",
        ...CHAPTERS.flatMap(({ title, recipes }) => [
            `## ${title}`,
            ...recipes.flatMap((recipe) => [
                `### ${recipe.title}`,
                recipe.text,
                `\`\`\`ts\n${recipeCode(recipe)}\n\`\`\``,
            ]),
        ]),
    ];
    return `${parts.join("\n\n")}\n`;
}
