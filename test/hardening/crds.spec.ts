import assert from "node:assert/strict";

import { InputError, scan } from "../../hardening/api";
import { cli } from "../support/cli";
import { withFiles } from "../support/files";

const CONTROL = "custom-resources-match-their-definition";

function definition(property: string): object {
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.example.org" },
        spec: {
            group: "example.org",
            names: { kind: "Thing", plural: "things" },
            versions: [
                {
                    name: "v1",
                    served: true,
                    schema: {
                        openAPIV3Schema: {
                            type: "object",
                            properties: { spec: { type: "object", properties: { [property]: { type: "integer" } } } },
                        },
                    },
                },
            ],
        },
    };
}
const THING = { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "a" }, spec: { sizes: 2 } };
const MESSAGE = 'Thing a: spec.sizes is no field that the definition has there; did you mean "size"?';

/** What `kubectl get crds -o json` prints. */
const LISTED = JSON.stringify({ apiVersion: "v1", kind: "List", items: [definition("size")] });

describe("--crds", () => {
    it("holds custom resources to definitions that the stack does not deploy, from a cluster's list too", async () => {
        await withFiles({ "thing.json": JSON.stringify(THING), "crds/a.json": LISTED }, async (folder) => {
            const args = ["scan", `${folder}/thing.json`, "--format", "json", "--crds", `${folder}/crds`];
            const { out } = await cli(args);
            const { results, summary } = JSON.parse(out) as ReturnType<typeof scan>;
            const found = results.filter(({ control }) => control === CONTROL);
            assert.deepEqual(
                found.map(({ message }) => message),
                [MESSAGE],
            );
            // The definitions are no part of what is judged.
            assert.equal(summary.resources, 1);
            const without = JSON.parse((await cli(args.slice(0, -2))).out) as typeof summary & ReturnType<typeof scan>;
            assert.equal(without.results.filter(({ control }) => control === CONTROL).length, 0);
        });
    });

    it("takes the stack's own definition for the one that will be in force", async () => {
        await withFiles({ "crds.json": LISTED }, (folder) => {
            const options = { profile: "all", crds: [`${folder}/crds.json`] } as const;
            const of = (documents: readonly unknown[]) =>
                scan(documents, options).results.filter(({ control }) => control === CONTROL);
            assert.equal(of([THING]).length, 1);
            assert.deepEqual(of([THING, definition("sizes")]), []);
        });
    });

    it("refuses definitions that define nothing, and two that define one kind differently", async () => {
        const broken = [{ names: { kind: "Thing" } }, { group: "example.org", names: {} }, {}, { spec: null }].map(
            (spec, index) => ({ ...definition("size"), metadata: { name: `t${index}` }, spec }),
        );
        const items = [definition("size"), ...broken];
        const files = {
            "thing.json": JSON.stringify(THING),
            "broken.json": JSON.stringify({ apiVersion: "v1", kind: "List", items }),
            "a.json": LISTED,
            "same.json": LISTED,
            "b.json": JSON.stringify(definition("sizes")),
        };
        await withFiles(files, async (folder) => {
            const run = (...names: readonly string[]) =>
                cli(["scan", `${folder}/thing.json`, ...names.flatMap((name) => ["--crds", `${folder}/${name}`])]);
            const { code, log } = await run("broken.json", "a.json", "same.json", "b.json");
            assert.equal(code, 2);
            assert.deepEqual(
                log.filter((line) => line.startsWith("error:")).map((line) => line.replaceAll(`${folder}/`, "")),
                [
                    ...[0, 1, 2, 3].map(
                        (index) =>
                            `error: --crds broken.json: CustomResourceDefinition t${index} says no group, kind or version`,
                    ),
                    "error: --crds: a.json and b.json define example.org/Thing differently; name one of them",
                ],
            );
            assert.notEqual((await run("a.json", "same.json")).code, 2);
        });
    });

    it("refuses paths without a definition and files that can't be read, all at once", async () => {
        await withFiles(
            {
                "thing.json": JSON.stringify(THING),
                "broken.yaml": "b: 1\na: [",
                "mixed/a.json": LISTED,
                "mixed/chart/Chart.yaml": "",
            },
            async (folder) => {
                const paths = ["thing.json", "broken.yaml", "gone.yaml", "mixed"].flatMap((name) => [
                    "--crds",
                    `${folder}/${name}`,
                ]);
                const { code, log } = await cli(["scan", `${folder}/thing.json`, ...paths]);
                assert.equal(code, 2);
                const text = log.join("\n");
                assert.match(text, /--crds \S+thing\.json: holds no CustomResourceDefinition/);
                assert.match(text, /--crds \S+broken\.yaml:2: /);
                // One of its charts, which may define something, is not built.
                assert.match(text, /--crds \S+mixed\/chart: /);
                assert.match(text, /--crds \S+gone\.yaml: does not exist/);
                assert.throws(() => scan([THING], { crds: [`${folder}/gone.yaml`] }), InputError);
            },
        );
    });
});
