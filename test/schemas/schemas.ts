import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ValidateFunction } from "ajv";
import Ajv from "ajv";
import addFormats from "ajv-formats";

/** Whether a program answers here. */
export function hasProgram(name: string, ...args: readonly string[]): boolean {
    return spawnSync(name, args).status === 0;
}

/** What a client of a package registry says where the registry can't be reached or does not have the package. */
const OUT_OF_REACH =
    /dial tcp|no such host|i\/o timeout|connection refused|403 Forbidden|404 Not Found|module lookup disabled|Could not transfer|Could not find artifact|Unknown host|offline/i;

function tool(context: Mocha.Context, command: string, args: readonly string[], cwd: string): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 300_000 });
    if (status === 0) {
        return stdout;
    }
    const said = `${stdout}${stderr}${error?.message ?? ""}`.trim();
    if (OUT_OF_REACH.test(said)) {
        console.log(`      skipped: ${command} can't fetch the schema: ${said.split("\n")[0] ?? ""}`);
        context.skip();
    }
    throw new Error(`${command} ${args.join(" ")}: ${said}`);
}

/** A file of a Go module, at the version and checksum that go.mod and go.sum beside this file pin. */
export function fileOfGoModule(context: Mocha.Context, path: string, file: string): string {
    const said = tool(context, "go", ["mod", "download", "-json", path], __dirname);
    return readFileSync(join((JSON.parse(said) as { Dir: string }).Dir, file), "utf8");
}

/** A file of an artifact of Maven's repository, held to its SHA-256: Maven itself pins no checksum. */
export function fileOfMavenArtifact(context: Mocha.Context, artifact: string, file: string, sha256: string): string {
    const folder = mkdtempSync(join(tmpdir(), "schema-"));
    try {
        const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack";
        const options = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`, `-Dmdep.unpack.includes=${file}`];
        tool(context, "mvn", ["--quiet", "--batch-mode", goal, ...options], folder);
        const text = readFileSync(join(folder, file));
        assert.equal(createHash("sha256").update(text).digest("hex"), sha256, `${artifact} holds another ${file}`);
        return text.toString();
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** Compiles a schema. Its patterns are read without the flag `u` where they are no regular expressions with it. */
export function validatorOf(schema: object, options: { readonly unicodeRegExp: boolean }): ValidateFunction {
    const ajv = new Ajv({ strict: false, allErrors: true, ...options });
    addFormats(ajv);
    return ajv.compile(schema);
}

export function assertValid(validate: ValidateFunction, document: unknown): void {
    validate(document);
    assert.deepEqual(validate.errors, null);
}

type Tree = Record<string | number, unknown>;

/** A copy of a document without the field that the steps lead to; the field has to be there. */
export function without(document: unknown, ...steps: readonly (string | number)[]): unknown {
    const copy: unknown = structuredClone(document);
    const last = steps.at(-1) ?? "";
    const holder = steps.slice(0, -1).reduce<unknown>((at, step) => (at as Tree | undefined)?.[step], copy);
    assert.ok(
        typeof holder === "object" && holder !== null && Object.hasOwn(holder, last),
        `${steps.join(".")} is not there to be removed`,
    );
    Reflect.deleteProperty(holder, last);
    return copy;
}

/** Proves that a validator can fail: without any of the fields that the standard demands, a document is refused. */
export function assertDemands(
    validate: ValidateFunction,
    document: unknown,
    fields: readonly (readonly (string | number)[])[],
): void {
    assertValid(validate, document);
    const missed = fields.filter((steps) => validate(without(document, ...steps)));
    assert.deepEqual(missed, [], "the schema takes a document without these");
}
