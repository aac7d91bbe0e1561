import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { EvidenceDirectory, EvidenceError, evidenceName } from "../src/execute/evidence.js";
import { EvidenceUpload } from "../src/execute/upload.js";

const KEY = "the-secret-key";
const REGION = "eu-test-1";

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
const sha256 = (data: string): string => createHash("sha256").update(data).digest("hex");

/** The signature that a store works out for itself (AWS Signature Version 4, "Create a signed request"). */
function signatureOf({ method = "", url = "", headers }: IncomingMessage, body: string): string {
    const [, date = "", names = ""] =
        /Credential=id\/(\d{8})\/eu-test-1\/s3\/aws4_request, ?SignedHeaders=([^,]+)/.exec(
            headers.authorization ?? "",
        ) ?? [];
    const canonical = [
        method,
        url,
        "",
        ...names.split(";").map((name) => `${name}:${String(headers[name])}`),
        "",
        names,
        sha256(body),
    ].join("\n");
    const scope = `${date}/${REGION}/s3/aws4_request`;
    const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
    const key = [date, REGION, "s3", "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${KEY}`);
    return hmac(key, toSign).toString("hex");
}

describe("Evidence in a store outside", () => {
    const stored = new Map<string, string>();
    let folder: string;
    let server: Server;
    let upload: EvidenceUpload;
    let answer: { status: number; body: string } | undefined;

    beforeEach(async () => {
        stored.clear();
        answer = undefined;
        folder = await mkdtemp(join(tmpdir(), "upload-"));
        const ca = await TestCa.create("example.org");
        const certificate = await ca.issue("/store", { dnsNames: ["localhost"] });
        server = createServer({ cert: certificate.certPem(), key: certificate.keyPem() }, (request, response) => {
            void text(request).then((body) => {
                const signature = /Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? "")?.[1];
                const status =
                    signature !== signatureOf(request, body)
                        ? 403
                        : stored.has(request.url ?? "") && request.headers["if-none-match"] === "*"
                          ? 412
                          : 200;
                if (status === 200 && answer === undefined) {
                    stored.set(request.url ?? "", body);
                }
                response
                    .writeHead(answer?.status ?? status)
                    .end(answer?.body ?? "<Error><Code>SignatureDoesNotMatch</Code></Error>");
            });
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        for (const [name, value] of [
            ["access-key-id", "id\n"],
            ["secret-access-key", `${KEY}\n`],
            ["ca.crt", ca.bundle.authorities.map(String).join("")],
        ] as const) {
            await writeFile(join(folder, name), value);
        }
        upload = new EvidenceUpload(new EvidenceDirectory(join(folder, "evidence"), 1_000), {
            url: new URL(`https://localhost:${port}/bucket/incidents/`),
            region: REGION,
            credentials: folder,
        });
    });

    afterEach(async () => {
        server.close();
        await rm(folder, { recursive: true });
    });

    it("is put under its hash, with a signature that the store verifies, and never replaced", async () => {
        const name = await upload.put("who was there");
        assert.equal(name, evidenceName("who was there"));
        const path = `/bucket/incidents/${name.slice("sha256:".length)}.json`;
        assert.deepEqual([...stored], [[path, "who was there"]]);
        stored.set(path, "as it was");
        assert.equal(await upload.put("who was there"), name);
        assert.equal(stored.get(path), "as it was");
    });

    it("is kept in the pod while the store refuses it, and says why without a word of the credentials", async () => {
        await writeFile(join(folder, "secret-access-key"), "another");
        await assert.rejects(upload.put("who was there"), (error: unknown) => {
            assert.ok(error instanceof EvidenceError);
            assert.match(
                error.message,
                /^localhost:\d+ didn't take the evidence: HTTP status 403 \(SignatureDoesNotMatch\)$/,
            );
            return true;
        });
        assert.equal((await readdir(join(folder, "evidence"))).length, 1);
        await writeFile(join(folder, "secret-access-key"), KEY);
        await upload.put("who was there");
        assert.equal(stored.size, 1);
    });

    it("fails where the store has trouble, is of another authority or is gone, and where its authority can't be read", async () => {
        answer = { status: 500, body: "trouble" };
        await assert.rejects(upload.put("a"), /didn't take the evidence: HTTP status 500$/);
        await rm(join(folder, "ca.crt"));
        await assert.rejects(upload.put("a"), /didn't take the evidence: .*certificate/);
        server.close();
        server.closeAllConnections();
        await assert.rejects(upload.put("a"), /didn't take the evidence: .*ECONNREFUSED/);
        await mkdir(join(folder, "ca.crt"));
        await assert.rejects(upload.put("a"), /didn't take the evidence: EISDIR/);
    });
});
