import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";

import type { Failure } from "../../../hardening/findings";
import type { ManifestOptions } from "../../../hardening/sources/manifests";
import { parseManifest, readManifests } from "../../../hardening/sources/manifests";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { withFiles } from "../../support/files";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";

function parse(text: string | Buffer, options?: ManifestOptions) {
    return parseManifest("a.yaml", Buffer.from(text as string), options);
}

/** The failures of a text as one would read them: line and message. */
function faultsOf(text: string | Buffer, options?: ManifestOptions): readonly string[] {
    return parse(text, options).failures.map(({ line, message }) => `${line ?? "-"}: ${message}`);
}

describe("parseManifest", () => {
    it("reads every document of a file and keeps its index", () => {
        const { resources, failures } = parse(`${POD}---\n---\n# nothing here\n---\n${POD}`);
        assert.deepEqual(failures, []);
        assert.deepEqual(
            resources.map(({ document, type, source }) => [document, type, source]),
            [
                [0, "kubernetes:core/v1:Pod", "a.yaml"],
                [3, "kubernetes:core/v1:Pod", "a.yaml"],
            ],
        );
    });

    it("reads JSON", () => {
        const { resources } = parse('{"apiVersion": "apps/v1", "kind": "Deployment"}');
        assert.deepEqual(
            resources.map(({ type }) => type),
            ["kubernetes:apps/v1:Deployment"],
        );
    });

    it("skips a byte order mark", () => {
        assert.equal(parse(`\uFEFF${POD}`).resources.length, 1);
    });

    it("reads scalars as kubectl does", () => {
        const { resources } = parse(
            `${POD}spec: {a: yes, b: Off, c: 0644, d: 0o17, e: 0x1F, f: 1_000, g: 2020-01-01, h: 089, i: -010, j: "yes"}\n`,
        );
        assert.deepEqual(resources[0]?.props["spec"], {
            a: true,
            b: false,
            c: 420,
            d: 15,
            e: 31,
            f: 1000,
            g: "2020-01-01",
            h: 89,
            i: -8,
            j: "yes",
        });
    });

    it("merges << keys and follows aliases", () => {
        const { resources } = parse(`${POD}one: &x {a: 1, b: 2}\ntwo: {<<: *x, b: 3}\nthree: *x\n`);
        assert.deepEqual(resources[0]?.props["two"], { a: 1, b: 3 });
        assert.deepEqual(resources[0].props["three"], { a: 1, b: 2 });
    });

    it("keeps __proto__ as a plain key", () => {
        for (const text of [
            `${POD}__proto__: {polluted: true}\n`,
            '{"apiVersion":"v1","kind":"Pod","__proto__":{"polluted":true}}',
        ]) {
            const props = parse(text).resources[0]?.props ?? {};
            assert.equal("polluted" in props, false);
            assert.equal(Object.getPrototypeOf(props), Object.prototype);
        }
    });

    const refused: readonly [what: string, text: string | Buffer, faults: readonly string[]][] = [
        ["a syntax error", "a: [1\nb: 2\n", ['2: b: a flow list goes on with "," or "]"']],
        ["a duplicate key", "a:\n  b: 1\n  b: 2\n", ['3: a.b: duplicated mapping key "b"']],
        ["a duplicate key in JSON", '{"a": {"b": 1,\n"b": 2}}', ['2: b: duplicated mapping key "b"']],
        [
            "a duplicate key in JSON that is written in two ways",
            '{"b": 1, "\\u0062": 2}',
            ['1: duplicated mapping key "b"'],
        ],
        ["a tab as indentation", "a:\n\tb: 1\n", ["2: a: a tab can't indent; quote the text if it belongs to one"]],
        ["invalid UTF-8", Buffer.from([0x61, 0x0a, 0xff, 0xfe]), ["2: is not valid UTF-8"]],
        ["an empty file", "", ["-: holds no Kubernetes object"]],
        ["a file of comments", "# later\n", ["-: holds no Kubernetes object"]],
        [
            "a document without kind",
            `${POD}---\n# values\napiVersion: v1\n`,
            ["6: document 2: kind is missing, so it is no Kubernetes object"],
        ],
        [
            "an empty kind",
            "apiVersion: v1\nkind: ''\n",
            ["1: document 1: kind is missing, so it is no Kubernetes object"],
        ],
        ["a kind that is no text", "apiVersion: v1\nkind: [Pod]\n", ["1: document 1: kind is a list, not a text"]],
        ["a document that is a text", "hello\n", ["1: document 1: it is a text, not a Kubernetes object"]],
        ["a document that is a list", "- a\n", ["1: document 1: it is a list, not a Kubernetes object"]],
        [
            "an item of a list without kind",
            "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1}]\n",
            ["1: document 1: items[0].kind is missing, so it is no Kubernetes object"],
        ],
        [
            "an item of a list that is no object",
            "apiVersion: v1\nkind: PodList\nitems: [null]\n",
            ["1: document 1: items[0] is empty, not a Kubernetes object"],
        ],
        [
            "items that are no list",
            "apiVersion: v1\nkind: List\nitems: 3\n",
            ["1: document 1: items is a number, not a list"],
        ],
        [
            "a Helm template",
            "apiVersion: v1\nkind: {{ .Values.kind }}\n",
            ["2: kind: a key is no text; quote it; line 2 looks like a template (render it first)"],
        ],
        ["an alias to itself", `${POD}a: &a\n  b: *a\n`, ["5: a.b: an alias refers to the node that holds it"]],
        ["an unknown alias", "a: *b\n", ["1: a: an alias names no anchor above it"]],
        [
            "a tag of another language",
            "a: !!js/function x\n",
            ["1: a: a tag that is none of YAML's own can't be read; quote a text that begins so"],
        ],
        ["nesting without end", `a: ${"[".repeat(5000)}`, ["1: a: nests deeper than 100 levels"]],
    ];
    for (const [what, text, faults] of refused) {
        it(`says where there is ${what}`, () => {
            assert.deepEqual(faultsOf(text), faults);
        });
    }

    it("quotes no value of a document that it can't read", () => {
        const secret = "S3cr3t";
        const values = [`*${secret}`, `!${secret} x`, `!!${secret} x`, `"${secret}`, `@${secret}`, `&${secret}~ x`];
        for (const value of [...values, `[${secret}`, `"\\q${secret}"`, `!!int ${secret}`, `x\n    ${secret}: y`]) {
            const faults = faultsOf(`${POD}data:\n  password: ${value}\n`);
            assert.equal(faults.length, 1, value);
            assert.doesNotMatch(faults.join(), /S3cr3t/);
        }
    });

    it("takes an object with a list of items for a list, whatever its kind, as kubectl does", () => {
        const { resources, failures } = parse(
            `apiVersion: v1\nkind: ConfigMap\nitems:\n- ${POD.replaceAll("\n", "\n  ")}\n`,
        );
        assert.deepEqual(failures, []);
        assert.deepEqual(
            resources.flatMap((resource) => kubeObjects(resource)).map(({ kind, prefix }) => [kind, prefix]),
            [["Pod", "items[0]."]],
        );
    });

    for (const [name, lineBreak] of Object.entries({ "U+0085": "\u0085", "U+2028": "\u2028", "U+2029": "\u2029" })) {
        it(`ends a line, and so a comment, at ${name}`, () => {
            const { resources } = parse(`${POD}spec:\n  a: false # comment${lineBreak}  hostPID: true\n`);
            assert.deepEqual(resources[0]?.props["spec"], { a: false, hostPID: true });
        });
    }

    it("refuses a merge key that changes what stands above it", () => {
        const text = `${POD}spec:\n  privileged: false\n  <<: {privileged: true}\n`;
        assert.deepEqual(faultsOf(text), [
            '6: spec.<<: a merge key (<<) changes "privileged", which stands above it: put the merge key first',
        ]);
        assert.deepEqual(faultsOf(text.replace("false", "true")), []);
    });

    it("reads flow collections whatever their indentation", () => {
        const { resources, failures } = parse(`${POD}spec:\n  args: [\n  "a",\n]\n  hostPID: true\n`);
        assert.deepEqual(failures, []);
        assert.deepEqual(resources[0]?.props["spec"], { args: ["a"], hostPID: true });
    });

    it("reads a stream of JSON objects, and YAML behind one of them", () => {
        const json = '{"apiVersion": "v1", "kind": "Service"}';
        const indexes = (text: string) => parse(text).resources.map(({ document }) => document);
        assert.deepEqual(indexes(`${json}${json}\n${json}`), [0, 1, 2]);
        assert.deepEqual(indexes(`${json}\n---\n${POD}`), [0, 1]);
        assert.deepEqual(faultsOf(`${json}\n${json}\n${POD}`), [
            "3: apiVersion: a stream of JSON objects holds something else, and kubectl reads no further",
        ]);
    });

    it("reads the documents around one that it can't read", () => {
        const { resources, failures } = parse(`${POD}---\na: [\n---\n${POD}`);
        assert.deepEqual(
            resources.map(({ document }) => document),
            [0, 2],
        );
        assert.equal(failures.length, 1);
    });

    it("refuses what kubectl would not read behind a document's end", () => {
        for (const end of ["...\na: b\n", "--- {a: b}\n", " a: b\n", "\u0085---\na: b\n"]) {
            assert.equal(faultsOf(`${POD}${end}`).length, 1, JSON.stringify(end));
        }
    });

    it("stops at an anchor bomb before it expands", () => {
        const levels = Array.from("bcdefghijk").map((name, index) => {
            const alias = `*${"abcdefghij".charAt(index)}`;
            return `${name}: &${name} [${Array.from({ length: 9 }, () => alias).join(",")}]`;
        });
        const text = `${POD}a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join("\n")}\n`;
        assert.deepEqual(faultsOf(text), ["-: aliases expand to more than 1000000 nodes"]);
    });

    it("stops at aliases that nest deeper than a document may", () => {
        const chain = Array.from({ length: 60 }, (_, index) => `a${index + 1}: &a${index + 1} [[*a${index}]]`);
        assert.deepEqual(faultsOf(`${POD}a0: &a0 [1]\n${chain.join("\n")}\n`), [
            "-: aliases nest deeper than 100 levels",
        ]);
    });

    it("refuses what is larger than the limit", () => {
        assert.deepEqual(faultsOf(Buffer.alloc(3 * 1024 * 1024, "#"), { maxBytes: 2 * 1024 * 1024 }), [
            "-: is 3.0 MiB large; at most 2.0 MiB are read (--max-file-size sets the limit)",
        ]);
    });

    it("still judges the sound items of a list with an unsound one", () => {
        const { resources, failures } = parse(
            "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}, {kind: Pod}]\n",
        );
        assert.equal(resources.length, 1);
        assert.deepEqual(
            failures.map(({ message }) => message),
            ["document 1: items[1].apiVersion is missing, so it is no Kubernetes object"],
        );
    });
});

describe("readManifests", () => {
    function read(paths: readonly string[], options?: ManifestOptions) {
        const files = [...readManifests(paths, options)];
        return {
            sources: files.flatMap(({ resources }) => resources.map(({ source }) => source)),
            failures: files.flatMap(({ failures }): readonly Failure[] => failures),
        };
    }

    it("reads every manifest below a folder in name order, and neither hidden folders nor node_modules", async () => {
        const files = {
            "b.yml": POD,
            "a/c.yaml": POD,
            "a/d.JSON": "{}",
            "a/e.txt": POD,
            ".git/f.yaml": POD,
            ".hidden.yaml": POD,
            "node_modules/g.yaml": POD,
        };
        await withFiles(files, (folder) => {
            const { sources, failures } = read([folder]);
            assert.deepEqual(sources, [`${folder}/.hidden.yaml`, `${folder}/a/c.yaml`, `${folder}/b.yml`]);
            assert.deepEqual(
                failures.map(({ source }) => source),
                [`${folder}/a/d.JSON`, `${folder}/a/d.JSON`],
            );
        });
    });

    it("reads a file named outright whatever its ending", async () => {
        await withFiles({ "pod.txt": POD }, (folder) => {
            assert.deepEqual(read([`${folder}/pod.txt`]).sources, [`${folder}/pod.txt`]);
        });
    });

    it("reads the files that are there at the time of the call, each when it is asked for", async () => {
        await withFiles({ "a.yaml": POD, "b.yaml": POD }, (folder) => {
            const files = readManifests([folder]);
            writeFileSync(`${folder}/a.yaml`, "a: [");
            writeFileSync(`${folder}/report.json`, "");
            const seen = [...files].map(({ source, failures }) => [source, failures.map(({ message }) => message)]);
            assert.deepEqual(seen, [
                [`${folder}/a.yaml`, ["a: a value is missing here, or the indentation does not fit"]],
                [`${folder}/b.yaml`, []],
            ]);
        });
    });

    it("reads standard input for the path -", () => {
        assert.deepEqual(read(["-"], { stdin: () => Buffer.from(POD) }).sources, ["stdin"]);
    });

    it("reads the other files where one can't be read", async () => {
        await withFiles({ "a.yaml": "a: [", "b.yaml": POD }, (folder) => {
            const { sources, failures } = read([`${folder}/none.yaml`, folder]);
            assert.deepEqual(sources, [`${folder}/b.yaml`]);
            assert.deepEqual(
                failures.map(({ source, message }) => [source, message]),
                [
                    [`${folder}/none.yaml`, "does not exist"],
                    [`${folder}/a.yaml`, "a: a value is missing here, or the indentation does not fit"],
                ],
            );
        });
    });

    it("says so where a folder holds no manifest", async () => {
        await withFiles({ "notes.md": "" }, (folder) => {
            assert.deepEqual(read([folder]).failures, [
                { source: folder, message: "holds no manifest (.yaml, .yml or .json)", cause: "input" },
            ]);
        });
    });
});
