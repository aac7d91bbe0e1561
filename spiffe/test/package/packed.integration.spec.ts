import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

import { TestCa } from "../support/ca.js";
import { FakeWorkloadApi } from "../support/fake-workload-api.js";
import { freePort } from "../support/free-port.js";
import { accepts } from "../support/listening.js";
import type { Outcome } from "../support/npm.js";
import { npm, runProgram } from "../support/npm.js";
import { packageEntries } from "./api.js";

const root = dirname(dirname(import.meta.dirname));
const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    peerDependencies: Record<string, string>;
    devDependencies: Record<string, string>;
};

/** What the README's TypeScript leaves to its reader, by a call of the block that needs it. */
const LEFT_TO_READER: Readonly<Record<string, string>> = {
    "tokens.validate(": "declare const request: import('node:http').ClientRequest, received: string;",
    "verifyX509Svid(":
        "declare const presentedChain: Uint8Array[], bundles: import('@x0tta6bl4/spiffe').X509BundleSet;",
    "watchBundle(": [
        "declare const bootstrapBundle: import('@x0tta6bl4/spiffe').X509Bundle, signal: AbortSignal;",
        "declare function store(bundle: import('@x0tta6bl4/spiffe/federation').SpiffeBundle): void;",
    ].join("\n"),
};

/** The program that a package installed here brings. */
function binaryOf(name: string, file: string): string {
    let folder = dirname(require.resolve(name));
    while (!existsSync(join(folder, file))) {
        folder = dirname(folder);
    }
    return join(folder, file);
}

describe("The packed package", function () {
    this.timeout(900_000);
    let folder: string;
    let tarball: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "spiffe-package-"));
        await npm(["pack", "--pack-destination", folder], root);
        tarball = globSync("*.tgz", { cwd: folder }).map((name) => join(folder, name))[0] ?? assert.fail("no tarball");
        writeFileSync(
            join(folder, "package.json"),
            JSON.stringify({ name: "consumer", private: true, type: "module" }),
        );
        const peers = Object.keys(manifest.peerDependencies).map((name) => `${name}@${manifest.devDependencies[name]}`);
        await npm(["install", "--ignore-scripts", "--prefer-offline", tarball, ...peers, "@types/node@24"], folder);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const installed = (...parts: string[]): string => join(folder, "node_modules/@x0tta6bl4/spiffe", ...parts);
    /** The blocks of a language in the README that is installed. */
    const blocks = (language: "js" | "ts"): string[] =>
        Array.from(
            readFileSync(installed("README.md"), "utf8").matchAll(/^```(\w+)\n([^]*?)^```$/gm),
            ([, of, code]) => (of === language ? (code ?? "") : ""),
        ).filter((code) => code !== "");
    /** Type checks files of TypeScript in a folder of their own, against the package as it is installed. */
    const compile = async (
        name: string,
        type: string,
        options: Readonly<Record<string, unknown>>,
        files: Readonly<Record<string, string>>,
    ): Promise<Outcome> => {
        const project = join(folder, name);
        mkdirSync(project);
        writeFileSync(join(project, "package.json"), JSON.stringify({ type }));
        Object.entries(files).forEach(([file, text]) => writeFileSync(join(project, file), text));
        const common = { target: "es2022", strict: true, noEmit: true, types: ["node"] };
        const compilerOptions = { ...common, lib: ["es2024", "esnext.disposable"], ...options };
        writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
        return runProgram(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "."], { cwd: project });
    };
    const names = packageEntries().map(({ name }) => name);

    it("carries the licence, the sources, and maps that lead to them", () => {
        assert.match(readFileSync(installed("LICENSE"), "utf8"), /Apache License/);
        assert.ok(existsSync(installed("README.md")));
        const maps = globSync("dist/**/*.map", { cwd: installed() });
        assert.ok(maps.length > 100);
        for (const map of maps) {
            const { sources } = JSON.parse(readFileSync(installed(map), "utf8")) as { sources: string[] };
            for (const source of sources) {
                assert.ok(existsSync(join(dirname(installed(map)), source)), `${map} leads to ${source}`);
            }
        }
    });

    it("is what publint and attw call well made", async () => {
        const publint = await runProgram(
            process.execPath,
            [binaryOf("publint", "src/cli.js"), "run", tarball, "--strict"],
            {
                cwd: folder,
            },
        );
        assert.equal(publint.code, 0, publint.output);
        // Resolution as of Node.js 10 knows no entries; TypeScript calls it obsolete.
        const attw = await runProgram("npx", ["--no-install", "attw", tarball, "--profile", "node16"], { cwd: root });
        assert.equal(attw.code, 0, attw.output);
    });

    it("is imported by ES modules, every entry", async () => {
        const lines = names.map((name, index) => `import * as entry${index} from "${name}";`);
        writeFileSync(
            join(folder, "all.mjs"),
            `${lines.join("\n")}\nconsole.log(Object.keys(entry0).includes("SpiffeId"));\n`,
        );
        assert.deepEqual(await runProgram(process.execPath, ["all.mjs"], { cwd: folder }), {
            code: 0,
            output: "true\n",
        });
    });

    it("is required by CommonJS, every entry, as the one copy that ES modules import", async () => {
        const code = [
            ...names.map((name) => `require("${name}");`),
            'const { SpiffeId } = require("@x0tta6bl4/spiffe");',
            'import("@x0tta6bl4/spiffe").then((module) => console.log(module.SpiffeId === SpiffeId));',
        ];
        writeFileSync(join(folder, "all.cjs"), `${code.join("\n")}\n`);
        const { code: status, output } = await runProgram(process.execPath, ["all.cjs"], { cwd: folder });
        assert.equal(status, 0, output);
        assert.match(output, /^true$/m);
    });

    it("brings the command spiffe", async () => {
        const { code, output } = await runProgram("npx", ["--no-install", "spiffe", "--help"], { cwd: folder });
        assert.equal(code, 0, output);
        assert.match(output, /^ {2}spiffe watch --to FOLDER/m);
    });

    it("runs the quick start of its README word for word", async () => {
        const ca = await TestCa.create("example.org");
        const [server, client] = blocks("js");
        const apis = await Promise.all(["/server", "/client"].map(() => FakeWorkloadApi.start()));
        const port = await freePort();
        const start = async (index: number, code: string | undefined, path: string): Promise<ChildProcess> => {
            apis[index]?.issue([await ca.issue(path)], [ca.bundle]);
            writeFileSync(join(folder, `quick${index}.mjs`), (code ?? "").replace("8443", String(port)));
            const env = { ...process.env, NODE_OPTIONS: "", SPIFFE_ENDPOINT_SOCKET: apis[index]?.address };
            return spawn(process.execPath, [`quick${index}.mjs`], {
                cwd: folder,
                env,
                stdio: ["ignore", "pipe", "inherit"],
            });
        };
        const serving = await start(0, server, "/server");
        try {
            while (!(await accepts(port))) {
                assert.equal(serving.exitCode, null, "the server ended");
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
            const calling = await start(1, client, "/client");
            // It ends by itself.
            const [output, [code]] = await Promise.all([
                text(calling.stdout ?? assert.fail("no output")),
                once(calling, "exit") as Promise<[number | null]>,
            ]);
            assert.deepEqual([output, code], ["Hello, spiffe://example.org/client\n", 0]);
        } finally {
            serving.kill();
            await Promise.all(apis.map((api) => api.stop()));
        }
    });

    it("has TypeScript in its README that compiles word for word", async () => {
        const texts = blocks("ts");
        const left = Object.entries(LEFT_TO_READER);
        assert.deepEqual(
            left.map(([call]) => texts.filter((text) => text.includes(call)).length),
            left.map(() => 1),
            "what is left to the reader is of one block each",
        );
        const files = texts.map((text, index) => {
            const context = left.flatMap(([call, declared]) => (text.includes(call) ? [declared] : []));
            return [`block${index}.ts`, [...context, text, "export {};\n"].join("\n")] as const;
        });
        assert.ok(files.length >= 6);
        const options = { module: "nodenext", moduleResolution: "nodenext" };
        const { code, output } = await compile("readme", "module", options, Object.fromEntries(files));
        assert.equal(code, 0, output);
    });

    for (const [module, resolution, type] of [
        ["nodenext", "nodenext", "module"],
        ["nodenext", "nodenext", "commonjs"],
        ["node16", "node16", "module"],
        ["node16", "node16", "commonjs"],
        ["esnext", "bundler", "module"],
    ] as const) {
        it(`is typed for a ${type} of TypeScript with ${module} and ${resolution}, without skipLibCheck`, async () => {
            const lines = names.map((name, index) => `import * as entry${index} from "${name}";`);
            const use = [
                'import { SpiffeId, authorizeId } from "@x0tta6bl4/spiffe";',
                'import { X509Source } from "@x0tta6bl4/spiffe/workload";',
                'import { createHttpsServer } from "@x0tta6bl4/spiffe/http";',
                "export async function serve(): Promise<void> {",
                "    const identity = await X509Source.start();",
                '    const policy = { authorize: authorizeId(SpiffeId.parse("spiffe://example.org/client")) };',
                "    createHttpsServer(identity, policy, (_request, response) => response.end()).listen(8443);",
                "}",
                `export const all = [${names.map((_name, index) => `entry${index}`).join(", ")}];`,
            ];
            const { code, output } = await compile(
                `${module}-${type}`,
                type,
                { module, moduleResolution: resolution },
                { "index.ts": [...lines, ...use].join("\n") },
            );
            assert.equal(code, 0, output);
        });
    }
});
