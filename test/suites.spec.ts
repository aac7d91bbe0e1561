import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";

import { load } from "js-yaml";

import { scripts, workspaces } from "../package.json";
import groups from "../scripts/mutation/groups.json";
import { others, slow, tool } from "../scripts/suites.json";

type Suite = (file: string) => boolean;

const anyOf =
    (patterns: readonly string[]): Suite =>
    (file) =>
        patterns.some((pattern) => matchesGlob(file, pattern));

/** The files that a mocha's command line in package.json names, or those of the file that it is configured by. */
function suiteOf(command: string): Suite {
    const [, config] = /--config (\S+)/.exec(command) ?? [];
    const patterns =
        config === undefined
            ? [...command.matchAll(/"([^"]+\.spec\.ts)"/g)].map(([, pattern = ""]) => pattern)
            : (JSON.parse(readFileSync(config, "utf8")) as { readonly spec: readonly string[] }).spec;
    assert.notEqual(patterns.length, 0, `${command} names no files`);
    return anyOf(patterns);
}

const isSlow = anyOf(slow);
const isTool = anyOf(tool);
const isOther = anyOf(others);
const suites: readonly (readonly [string, Suite])[] = [
    ["test, the tool", (file) => isTool(file) && !isSlow(file)],
    ["test, the others", (file) => isOther(file) && !isSlow(file) && !isTool(file)],
    ...Object.entries(scripts)
        .filter(([name, command]) => name.startsWith("test:") && command.startsWith("mocha "))
        .map(([name, command]) => [name, suiteOf(command)] as const),
];

describe("suites", () => {
    const specs = globSync("**/*.spec.ts", { exclude: ["**/node_modules", "**/dist"] });

    it("run every file of tests once, all of them together", () => {
        const astray = specs
            .map((file) => ({ file, suites: suites.filter(([, has]) => has(file)).map(([name]) => name) }))
            .filter(({ suites: found }) => found.length !== 1);
        assert.deepEqual(astray, []);
    });

    it("have files each", () => {
        assert.deepEqual(
            suites.filter(([, has]) => !specs.some(has)).map(([name]) => name),
            [],
        );
    });
});

describe("mutation tests", () => {
    const filesOf = (mutate: readonly string[]): readonly string[] => {
        const without = mutate.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
        return mutate
            .filter((pattern) => !pattern.startsWith("!"))
            .flatMap((pattern) => globSync(pattern))
            .filter((file) => !without.some((pattern) => matchesGlob(file, pattern)));
    };

    for (const [group, { mutate, spec }] of Object.entries(groups)) {
        it(`of ${group} have files to change and tests to run for each pattern`, () => {
            for (const pattern of mutate) {
                assert.notEqual(globSync(pattern.replace(/^!/, "")).length, 0, pattern);
            }
            for (const pattern of spec) {
                // Mocha takes a pattern that has braces alone for the name of a file.
                assert.doesNotMatch(pattern, /[{}]/);
                const specs = globSync(pattern);
                assert.notEqual(specs.length, 0, pattern);
                assert.deepEqual(
                    specs.filter((file) => isSlow(file)),
                    [],
                );
            }
        });
    }

    it("change each file of the engine once, but for those that hold data alone", () => {
        const changed = Object.values(groups).flatMap(({ mutate }) => filesOf(mutate));
        assert.equal(new Set(changed).size, changed.length);
        assert.deepEqual(
            globSync("policies/engine/*.ts").filter((file) => !changed.includes(file)),
            ["frameworks", "ids", "slugs"].map((name) => `policies/engine/${name}.ts`),
        );
    });

    it("run every week, each group by itself", () => {
        const { on, jobs } = load(readFileSync(".github/workflows/mutation.yml", "utf8")) as {
            readonly on: object;
            readonly jobs: {
                readonly mutation: { readonly strategy: { readonly matrix: { readonly group: unknown } } };
            };
        };
        assert.ok("schedule" in on);
        assert.deepEqual(jobs.mutation.strategy.matrix.group, Object.keys(groups));
    });
});

describe("Dockerfiles of programs of this repository", () => {
    const files = globSync("{*,packages/*}/Dockerfile", { exclude: ["node_modules"] }).filter((file) =>
        readFileSync(file, "utf8").includes("npm ci"),
    );
    const manifests = workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`));

    for (const file of files) {
        it(`${file} copies the manifest of every workspace, without which npm ci refuses the lock file`, () => {
            const copied = [...readFileSync(file, "utf8").matchAll(/^COPY (\S+) /gm)].map(([, path]) => path);
            assert.deepEqual(copied.includes(".") ? [] : manifests.filter((path) => !copied.includes(path)), []);
        });
    }

    it("build and run on the same bases", () => {
        const bases = files.map((file) =>
            [...readFileSync(file, "utf8").matchAll(/^FROM (\S+)/gm)].map(([, base]) => base),
        );
        assert.notEqual(bases.length, 0);
        assert.deepEqual(new Set(bases.map((list) => list.join("\n"))).size, 1);
    });
});
