import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { IMAGES } from "../components/images";
import { checkedRows, digestOf, exitCodeOf } from "../scripts/images";
import { apiOf } from "../scripts/registry";

const MANIFEST = '{"schemaVersion":2}';
const DIGEST = `sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`;
const OTHER = `sha256:${"0".repeat(64)}`;

describe("the images that are pinned", () => {
    let server: Server;
    let asked: string[];
    let answer: (request: IncomingMessage, response: ServerResponse) => void;
    const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const image = (digest?: string) => ({ registry: "r.example.org", repository: "a/b", tag: "1.2.3", digest });

    beforeEach(async () => {
        asked = [];
        answer = (_, response) => response.end(MANIFEST);
        server = createServer((request, response) => {
            asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"}`);
            answer(request, response);
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
    });
    afterEach(() => {
        server.closeAllConnections();
        server.close();
    });

    const rows = async (digest?: string) => checkedRows({ one: image(digest) }, () => address());

    it("are asked for by tag, and those that settings pin are left out", async () => {
        assert.deepEqual(await rows(DIGEST), [{ state: "right", line: `one: r.example.org/a/b:1.2.3 is ${DIGEST}` }]);
        assert.deepEqual(asked, ["GET /v2/a/b/manifests/1.2.3 -"]);
        assert.deepEqual(await rows(), []);
    });

    it("are wrong where the tag stands for another digest, whatever the registry's header says", async () => {
        answer = (_, response) => response.setHeader("docker-content-digest", OTHER).end(MANIFEST);
        const [row] = await rows(OTHER);
        assert.equal(row?.line, `one: r.example.org/a/b:1.2.3 is ${DIGEST}, but pinned as ${OTHER}`);
        assert.equal(row.state, "wrong");
    });

    it("are wrong where the tag is not there", async () => {
        answer = (_, response) => response.writeHead(404).end();
        assert.deepEqual(await rows(DIGEST), [{ state: "wrong", line: "one: r.example.org/a/b:1.2.3 does not exist" }]);
    });

    it("are asked for with a token where the registry wants one", async () => {
        answer = (request, response) => {
            if (request.url?.startsWith("/token") === true) {
                response.end('{"token":"t"}');
            } else if (request.headers.authorization === "Bearer t") {
                response.end(MANIFEST);
            } else {
                const challenge = `Bearer realm="${address()}/token",service="registry",scope="repository:a/b:pull"`;
                response.writeHead(401, { "www-authenticate": challenge }).end();
            }
        };
        assert.equal((await rows(DIGEST))[0]?.state, "right");
        assert.equal(asked[1], "GET /token?scope=repository%3Aa%2Fb%3Apull&service=registry -");
    });

    it("are not checked, for a reason that is told, where nobody answers or something else does", async () => {
        const reasons: [string, typeof answer][] = [
            ["r.example.org answers with status 500", (_, response) => response.writeHead(500).end()],
            ["r.example.org can't be asked: it asks for a credential", (_, response) => response.writeHead(401).end()],
            [
                "r.example.org can't be asked: it gives no token to strangers",
                (request, response) =>
                    request.url === "/token?scope=repository%3Aa%2Fb%3Apull"
                        ? response.writeHead(403).end()
                        : response.writeHead(401, { "www-authenticate": `Bearer realm="${address()}/token"` }).end(),
            ],
        ];
        for (const [reason, how] of reasons) {
            answer = how;
            assert.deepEqual(await rows(DIGEST), [
                { state: "unchecked", line: `one: r.example.org/a/b:1.2.3 was not checked: ${reason}` },
            ]);
        }
        const [row] = await checkedRows({ one: image(DIGEST) }, () => "http://127.0.0.1:9");
        assert.match(row?.line ?? "", /was not checked: r\.example\.org can't be asked: /);
    });

    it("end in failure where one is wrong, and as skipped where none could be asked for", () => {
        const of = (...states: ("right" | "wrong" | "unchecked")[]) =>
            exitCodeOf(states.map((state) => ({ state, line: "" })));
        assert.deepEqual([of("right", "unchecked"), of("unchecked", "wrong"), of("unchecked")], [0, 1, 77]);
    });

    it("have the digest of another tag looked up, to be pinned with it", async () => {
        const one = { one: image(OTHER) };
        assert.deepEqual(await digestOf(one, "one", "1.3.0", () => address()), {
            state: "right",
            line: `one: r.example.org/a/b:1.3.0 is ${DIGEST}`,
        });
        assert.equal((await digestOf(one, "two", "1.3.0")).line, "two is no image of the table; known are one");
    });

    it("are asked for where Docker's registry has its API", () => {
        assert.equal(apiOf("docker.io"), "https://registry-1.docker.io");
        assert.equal(apiOf("ghcr.io"), "https://ghcr.io");
        assert.ok(Object.values(IMAGES).every(({ registry }) => !/\//.test(registry)));
    });
});
