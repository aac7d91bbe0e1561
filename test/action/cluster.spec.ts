import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { join, resolve } from "node:path";

import { runProgram } from "../../spiffe/test/support/npm";
import { withFiles } from "../support/files";

const EXPIRES = 1_800_000_000;
const ACCESS = resolve(".github/actions/cluster/access.mjs");
const AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

/** A token of the form that the issuer of workflows gives, for an audience. */
const tokenFor = (audience: string) =>
    ["{}", JSON.stringify({ aud: audience, exp: EXPIRES })]
        .map((part) => Buffer.from(part).toString("base64url"))
        .join(".") + ".signature";

describe("Access to a cluster by a workflow's identity", () => {
    /** Runs the action with some inputs beside an issuer of tokens, and passes on what came of it. */
    async function access(
        inputs: Readonly<Record<string, string>>,
        use: (came: { code: number; output: string; folder: string; env: NodeJS.ProcessEnv }) => Promise<void> | void,
    ): Promise<void> {
        const asked: string[] = [];
        const issuer = createServer((request, response) => {
            const audience = new URL(request.url ?? "", "http://issuer").searchParams.get("audience") ?? "";
            asked.push(audience);
            response.statusCode = request.headers.authorization === "Bearer runner" ? 200 : 401;
            response.end(JSON.stringify({ value: tokenFor(audience) }));
        });
        issuer.listen(0, "127.0.0.1");
        await once(issuer, "listening");
        try {
            await withFiles({ environment: "" }, async (folder) => {
                const env = {
                    RUNNER_TEMP: folder,
                    GITHUB_ENV: join(folder, "environment"),
                    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/?v=1`,
                    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner",
                };
                const given = {
                    INPUT_SERVER: "https://10.0.0.1:6443",
                    INPUT_AUTHORITY: AUTHORITY,
                    INPUT_AUDIENCE: "cluster",
                };
                const came = await runProgram(process.execPath, [ACCESS], {
                    cwd: folder,
                    env: { ...env, ...given, ...inputs },
                });
                await use({ ...came, folder, env });
            });
        } finally {
            issuer.close();
        }
    }

    it("writes a kubeconfig that asks for a token of the audience each time one is needed", () =>
        access({}, async ({ code, output, folder, env }) => {
            assert.equal(code, 0, output);
            const file = join(folder, "kubeconfig");
            assert.equal(statSync(file).mode & 0o777, 0o600);
            assert.equal(readFileSync(join(folder, "environment"), "utf8"), `KUBECONFIG=${file}\n`);
            // In a process of its own, since the issuer of this one could not answer while it waits for the helper.
            const reader = join(folder, "reader.ts");
            writeFileSync(
                reader,
                `import { readConnection } from ${JSON.stringify(resolve("hardening/sources/cluster/kubeconfig.ts"))};
const { server, token, ca } = readConnection({ kubeconfig: ${JSON.stringify(file)} });
console.log(JSON.stringify({ server, token, ca: String(ca) }));
`,
            );
            const child = spawn(process.execPath, ["--import", "tsx", reader], {
                env: { ...process.env, ...env },
                stdio: ["ignore", "pipe", "inherit"],
            });
            const text = Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString("utf8");
            assert.deepEqual(JSON.parse(text), {
                server: "https://10.0.0.1:6443",
                token: tokenFor("cluster"),
                ca: AUTHORITY,
            });
        }));

    it("prints a credential that says when it expires", () =>
        access({}, async ({ folder, env }) => {
            const token = resolve(".github/actions/cluster/token.mjs");
            const { output } = await runProgram(process.execPath, [token, "other"], { cwd: folder, env });
            assert.deepEqual(JSON.parse(output), {
                apiVersion: "client.authentication.k8s.io/v1",
                kind: "ExecCredential",
                status: { token: tokenFor("other"), expirationTimestamp: new Date(EXPIRES * 1000).toISOString() },
            });
        }));

    it("hands the client of the state's backend a token of its own audience, by the variables that it reads", () =>
        access(
            {
                INPUT_BACKEND: "AWS_ROLE_ARN=arn:aws:iam::1:role/state\nAWS_WEB_IDENTITY_TOKEN_FILE={token}\n",
                INPUT_BACKEND_AUDIENCE: "sts.amazonaws.com",
            },
            ({ code, output, folder }) => {
                assert.equal(code, 0, output);
                const file = join(folder, "backend-token");
                assert.equal(readFileSync(file, "utf8"), tokenFor("sts.amazonaws.com"));
                assert.equal(statSync(file).mode & 0o777, 0o600);
                assert.match(output, new RegExp(`^::add-mask::${tokenFor("sts.amazonaws.com")}$`, "m"));
                assert.equal(
                    readFileSync(join(folder, "environment"), "utf8"),
                    `AWS_ROLE_ARN=arn:aws:iam::1:role/state\nAWS_WEB_IDENTITY_TOKEN_FILE=${file}\nKUBECONFIG=${join(folder, "kubeconfig")}\n`,
                );
            },
        ));

    it("names all that is wrong with its inputs at once, and sets nothing", () =>
        access(
            { INPUT_SERVER: "http://10.0.0.1", INPUT_AUTHORITY: "", INPUT_AUDIENCE: " ", INPUT_BACKEND: "PATH=/tmp\n" },
            ({ code, output, folder }) => {
                assert.equal(code, 2);
                assert.deepEqual(output.trim().split("\n"), [
                    "::error::server must be the https address of an API server",
                    "::error::authority must be a certificate in PEM",
                    "::error::audience is missing",
                    "::error::backend: line 1 is no NAME=VALUE of a variable that begins with AWS_, AZURE_ or GOOGLE_",
                    "::error::backend-audience is missing, for which backend needs a token",
                ]);
                assert.equal(readFileSync(join(folder, "environment"), "utf8"), "");
            },
        ));

    it("says that the job may ask for no token", () =>
        access({}, async ({ folder }) => {
            const token = resolve(".github/actions/cluster/token.mjs");
            const { code, output } = await runProgram(process.execPath, [token, "x"], { cwd: folder });
            assert.deepEqual(
                [code, output],
                [1, "the job may ask for no identity token; it needs the permission id-token: write\n"],
            );
        }));
});
