import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import fc from "fast-check";

import { InputError } from "../../../policies/engine/input";
import { previewProgram, ProgramError } from "../../../hardening/sources/program";
import { urnOf } from "../../../hardening/sources/program/monitor";
import { evaluate } from "../../../hardening/evaluate";
import { objectsAreVisible } from "../../../policies/controls/platform/objects-are-visible";
import { selectControls } from "../../../policies/engine/profiles";
import type { Wire } from "../../../hardening/sources/program/registration";
import { secretValue } from "../../../hardening/sources/program/registration";
import { readStack, stackNames } from "../../../hardening/sources/program/stack-file";
import { scrub, SECRET_MARKER, unwrap } from "../../../hardening/sources/program/values";
import { UnknownValueError } from "../../../policies/kubernetes/unknown";

const PROGRAMS = resolve("test/fixtures/programs");

async function run(name: string, lines: string[] = []) {
    return previewProgram(readStack(join(PROGRAMS, name), "dev"), (line) => lines.push(line));
}

async function failureOf(name: string): Promise<string> {
    try {
        await run(name);
    } catch (error) {
        assert.ok(error instanceof ProgramError, String(error));
        return error.message;
    }
    throw new Error(`program ${name} was expected to fail`);
}

describe("program source", function () {
    this.timeout(60_000);

    it("reports what a program throws, with the place in the program", async () => {
        assert.match(await failureOf("throws"), /^the database of settings is empty\n {2}at .*index\.ts:1:7/);
    });

    it("reports a rejection inside an apply, which would otherwise only drop the resource", async () => {
        assert.match(await failureOf("rejects-in-apply"), /^cannot use settings\n {2}at .*index\.ts:5:11/);
    });

    it("reports a program that exits by itself, even with code 0", async () => {
        assert.match(
            await failureOf("exits"),
            /^the program ended by itself \(exit code \d\) before all resources were registered; it must not call process\.exit$/,
        );
    });

    it("refuses two resources of one URN, as the engine does", async () => {
        assert.equal(
            (await failureOf("registers-twice")).split("\n")[0],
            "failed to register new resource settings [kubernetes:core/v1:ConfigMap]: Duplicate resource URN 'urn:pulumi:dev::registers-twice::kubernetes:core/v1:ConfigMap::settings'; try giving it a unique name",
        );
    });

    it("refuses transforms, which it would not run", async () => {
        assert.match(
            await failureOf("transforms-a-resource"),
            /urn:pulumi:dev::transforms-a-resource::kubernetes:core\/v1:ConfigMap::settings has a transform, which only the engine runs/,
        );
        assert.match(await failureOf("transforms-the-stack"), /the stack has a transform, which only the engine runs/);
    });

    it("reports a module that can't be loaded", async () => {
        assert.match(await failureOf("type-mistake"), /^Cannot find module '\.\/no-such-module'/);
    });

    it("says which provider function it can't answer", async () => {
        assert.match(
            await failureOf("calls-a-provider"),
            /^the provider function kubernetes:helm:template needs the Pulumi engine; preview this program with the pulumi CLI/,
        );
    });

    it("sees the objects of YAML that the SDK decodes through the provider", async () => {
        const { registrations } = await run("decodes-yaml");
        const types = registrations.filter(({ custom }) => custom).map(({ type }) => type);
        assert.deepEqual(types.sort(), ["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Pod"]);
    });

    describe("of a program with everything", () => {
        const lines: string[] = [];
        let seen: Awaited<ReturnType<typeof run>>;
        before(async () => {
            seen = await run("everything", lines);
        });
        const one = (name: string) => {
            const found = seen.registrations.find((registration) => registration.name === name);
            assert.ok(found, name);
            return found;
        };

        it("forms the URNs of nested components from all their parents", () => {
            assert.equal(
                one("outer-inner-map").urn,
                "urn:pulumi:dev::everything::test:index:Outer$test:index:Inner$kubernetes:core/v1:ConfigMap::outer-inner-map",
            );
        });

        it("keeps parents, dependencies, protection, ignored changes and aliases", () => {
            const map = one("outer-inner-map");
            assert.equal(map.parent, one("outer-inner").urn);
            assert.equal(map.protect, true);
            assert.deepEqual(map.ignoreChanges, ["data"]);
            assert.deepEqual(map.aliases, ["old-map"]);
            // Depending on a component means depending on everything in it.
            assert.deepEqual(one("credentials").dependencies, [map.urn]);
            assert.deepEqual(one("reader").propertyDependencies["spec"], [one("credentials").urn]);
        });

        it("keeps a secret secret and an unknown unknown", () => {
            const { stringData } = one("credentials").inputs;
            assert.deepEqual(secretValue(stringData as Wire), { token: "correct-horse-battery" });
            assert.equal(
                secretValue(one("generated").inputs["stringData"] as Wire),
                "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            );
            assert.deepEqual([...seen.secrets].sort(), ["battery-staple-horse", "correct-horse-battery"]);
        });

        it("keeps what surrounds a secret visible to the controls", () => {
            const { spec } = unwrap(one("reader").inputs).props as { spec: { containers: { image: string }[] } };
            assert.equal(spec.containers[0]?.image, "registry.example.org/reader:1.0");
        });

        it("reads the texts of components, and says of what it can't see into that it can't", () => {
            const made = seen.resources.filter(({ opaque }) => opaque !== undefined);
            assert.deepEqual(
                made.map(({ type, opaque }) => `${type}: ${opaque}`),
                ["kubernetes:yaml/v2:ConfigGroup: its yaml holds what is no Kubernetes object"],
            );
            const { findings } = evaluate([seen.resources], {
                selected: selectControls([objectsAreVisible], "all"),
                waivers: [],
                now: new Date(),
            });
            assert.deepEqual(
                findings.map(({ status, urn }) => [status, urn?.replace(/^urn:pulumi:dev::everything::/, "")]),
                [
                    ["unverifiable", "kubernetes:yaml/v2:ConfigGroup::group"],
                    ["unverifiable", "kubernetes:helm.sh/v3:Release::release"],
                ],
            );
        });

        it("passes on what the program prints", () => {
            assert.ok(lines.includes("a line of the program"), lines.join("\n"));
        });

        it("reports the stack's outputs", () => {
            assert.equal(seen.outputs["fixed"], "known");
        });
    });

    it("runs an ECMAScript module with a top-level await, by the main of its package, without a stack file", async () => {
        const { resources, outputs } = await run("module");
        assert.deepEqual(
            resources.filter(({ type }) => type === "kubernetes:core/v1:Pod").map(({ props }) => props["metadata"]),
            [{ name: "module-web" }],
        );
        assert.deepEqual(outputs, { pod: "module-web" });
    });

    it("leaves the types of the stack out of a URN and joins those of all other parents", () => {
        const stack = urnOf("p", "s", "", "pulumi:pulumi:Stack", "p-s");
        assert.equal(stack, "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s");
        const component = urnOf("p", "s", stack, "a:b:C", "c");
        assert.equal(component, "urn:pulumi:s::p::a:b:C::c");
        assert.equal(urnOf("p", "s", component, "d:e:F", "f"), "urn:pulumi:s::p::a:b:C$d:e:F::f");
    });
});

describe("stack files", () => {
    let directory: string;
    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "stack-file-"));
        write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    function write(file: string, content: string): void {
        writeFileSync(join(directory, file), content);
    }
    function refusal(stack = "dev"): string {
        try {
            readStack(directory, stack);
        } catch (error) {
            assert.ok(error instanceof InputError, String(error));
            return error.message;
        }
        throw new Error("the stack was expected to be refused");
    }

    it("name the stacks and the closest one where a name is misspelt", () => {
        write("Pulumi.staging.yaml", "config: {}\n");
        write("Pulumi.production.yaml", "config: {}\n");
        assert.deepEqual(stackNames(directory), ["production", "staging"]);
        assert.equal(
            refusal("stagin"),
            'there is no stack "stagin": Pulumi.stagin.yaml does not exist; did you mean "staging"?; stacks here: production, staging',
        );
    });

    it("need not be there where a project has none", () => {
        assert.deepEqual(readStack(directory, "dev").config, {});
    });

    it("need not say what the project says, and must say what it declares without a default, as the engine asks", () => {
        const declared = "{short: hello, list: [a, b], number: 7, 'aws:region': eu, port: {type: integer, default: 80}";
        write("Pulumi.yaml", `name: shop\nruntime: nodejs\nconfig: ${declared}}\n`);
        const given = {
            "aws:region": "eu",
            "shop:list": '["a","b"]',
            "shop:number": "7",
            "shop:port": "80",
            "shop:short": "hello",
        };
        assert.deepEqual(readStack(directory, "dev").config, given);
        write(
            "Pulumi.yaml",
            `name: shop\nruntime: nodejs\nconfig: ${declared}, one: {type: string}, two: {type: string}}\n`,
        );
        const missing = (key: string) =>
            `config.${key} has no value: Pulumi.yaml declares it without a default; set it in Pulumi.dev.yaml, or by --config shop:${key}=…`;
        assert.throws(() => readStack(directory, "dev"), new InputError(["one", "two"].map(missing)));
        const settings = new Map([["one", "1"]]);
        assert.throws(() => readStack(directory, "dev", settings), new InputError([missing("two")]));
        write("Pulumi.dev.yaml", "environment: [acme/prod]\n");
        assert.deepEqual(readStack(directory, "dev").config, given);
    });

    it("name the environments that they import", () => {
        write("Pulumi.dev.yaml", "environment: [acme/prod, acme/db: {merge: false}]\n");
        assert.deepEqual(readStack(directory, "dev").environments, ["acme/prod", "acme/db"]);
        write("Pulumi.dev.yaml", "environment: {imports: [acme/prod], values: {a: b}}\n");
        assert.deepEqual(readStack(directory, "dev").environments, ["acme/prod", "(in the stack file)"]);
    });

    it("quote no value where they can't be read", () => {
        for (const value of ["*S3cr3t", "!S3cr3t x", '"S3cr3t']) {
            write("Pulumi.dev.yaml", `config:\n  a: ${value}\n`);
            assert.doesNotMatch(refusal(), /S3cr3t/);
        }
    });

    it("run the program that the main of the project or of its package names, and else its index", () => {
        const main = () => readStack(directory, "dev").main.slice(directory.length + 1);
        assert.equal(main(), "index.ts");
        write("index.js", "");
        assert.equal(main(), "index.js");
        write("package.json", '{"main": "app.js"}');
        assert.equal(main(), "index.js");
        write("app.js", "");
        assert.equal(main(), "app.js");
        write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: index.js\n");
        assert.equal(main(), "index.js");
    });

    it("give structured values as JSON and know which are encrypted, at any depth", () => {
        write(
            "Pulumi.dev.yaml",
            "config:\n  shop:a: {z: 0, b: [{y: 1, x: 2}]}\n  shop:c: text\n  shop:d: {e: [{secure: v1:abc}]}\n",
        );
        const { config, secretKeys } = readStack(directory, "dev");
        assert.deepEqual(config, {
            // As the engine does, so that lists made from an object's keys come out in the same order.
            "shop:a": '{"b":[{"x":2,"y":1}],"z":0}',
            "shop:c": "text",
            "shop:d": '{"e":[{"secure":"v1:abc"}]}',
        });
        assert.deepEqual(secretKeys, ["shop:d"]);
    });

    it("are refused with file and line where they are no YAML", () => {
        write("Pulumi.dev.yaml", "config:\n  a: b: c\n");
        assert.match(refusal(), /^Pulumi\.dev\.yaml:2: /);
    });

    it("are refused where there is no project, or one without a runtime", () => {
        write("Pulumi.dev.yaml", "config: {}\n");
        write("Pulumi.yaml", "name: shop\nruntime: {}\n");
        assert.match(refusal(), /^Pulumi\.yaml: runtime\.name is missing/);
        rmSync(join(directory, "Pulumi.yaml"));
        assert.equal(refusal(), `${directory} holds no Pulumi.yaml; --directory names the folder of the project`);
    });

    it("are refused where their settings are no object", () => {
        write("Pulumi.dev.yaml", "config: [a]\n");
        assert.equal(refusal(), "Pulumi.dev.yaml: config must be an object, found a list of 1");
    });
});

describe("values on the wire", () => {
    const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    it("lose their markers and leave the secrets they held", () => {
        const { props, secrets } = unwrap({ data: { ...SECRET, value: { user: "alice", pin: 1234 } }, kind: "Secret" });
        assert.deepEqual(props, { data: { user: "alice", pin: 1234 }, kind: "Secret" });
        assert.deepEqual([...secrets].sort(), ["1234", "alice"]);
    });

    it("throw where an unknown one is read, naming its path, and nowhere else", () => {
        const { props } = unwrap({ spec: { nodes: [{ name: "a" }, { name: UNKNOWN }] } });
        const spec = props["spec"] as { nodes: { name: string }[] };
        assert.equal(spec.nodes[0]?.name, "a");
        assert.equal(Array.isArray(spec.nodes), true);
        assert.throws(
            () => spec.nodes.map(({ name }) => name),
            (error: Error) =>
                error instanceof UnknownValueError &&
                error.message === "the value at spec.nodes.1.name is not known before deployment",
        );
    });

    it("never let a secret through, whatever text surrounds it", () => {
        const secret = fc.string({ minLength: 4 }).filter((text) => text.trim().length >= 4);
        fc.assert(
            fc.property(
                fc.array(secret, { minLength: 1, maxLength: 5 }),
                fc.string(),
                fc.string(),
                (texts, head, tail) => {
                    const value = texts.map((text) => ({ [text]: text }));
                    const { secrets } = unwrap({ data: { ...SECRET, value: value as unknown as Wire } });
                    const scrubbed = scrub(head + texts.join(tail) + tail, secrets).replaceAll(SECRET_MARKER, "");
                    for (const text of texts) {
                        assert.equal(scrubbed.includes(text) && !SECRET_MARKER.includes(text), false);
                    }
                },
            ),
        );
    });
});
