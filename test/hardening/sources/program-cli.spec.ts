import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import type { Finding } from "../../../hardening/findings";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";
import { FAULTS, FAULTY } from "../../support/seeded-faults";
import { apart } from "../../support/seeded-producers";
import { typeToken } from "../../../policies/kubernetes/resource";

const steps = FAULTY.map((manifest) => {
    const type = typeToken(manifest.apiVersion, manifest.kind);
    const urn = `urn:pulumi:dev::shop::${type}::${manifest.kind}`;
    return { op: "create", urn, newState: { urn, type, custom: true, inputs: manifest } };
});
const SHOWN = JSON.stringify({ config: {}, steps, diagnostics: [] });
const FAILED = JSON.stringify({ config: {}, steps, diagnostics: [{ severity: "error", message: "boom" }] });

describe("A program in another language", function () {
    this.timeout(60_000);
    const path = process.env["PATH"] ?? "";
    afterEach(() => {
        process.env["PATH"] = path;
    });

    interface Case {
        readonly command?: string;
        /** What stands for the CLI; none where it is not installed. */
        readonly pulumi?: string;
        readonly args?: readonly string[];
        readonly runtime?: string;
    }

    async function preview({ command = "preview", pulumi, args = [], runtime = "python" }: Case) {
        const files = {
            "Pulumi.yaml": `name: shop\nruntime: ${runtime}\n`,
            "Pulumi.dev.yaml": "environment: [acme/dev]\n",
            ...(pulumi !== undefined && {
                "bin/pulumi": `#!/bin/sh\necho "$@" >"$(dirname "$0")/args"\n${pulumi}\n`,
            }),
            "bin/other": "",
        };
        return withFiles(files, async (folder) => {
            if (pulumi !== undefined) {
                chmodSync(join(folder, "bin/pulumi"), 0o755);
            }
            process.env["PATH"] = [join(folder, "bin"), "/usr/bin", "/bin"].join(delimiter);
            const format = command === "preview" ? ["--format", "json"] : [];
            const { code, out, log } = await cli([command, "-C", folder, "--stack", "dev", ...format, ...args]);
            const report = JSON.parse(command === "preview" && out !== "" ? out : "{}") as {
                results?: readonly Finding[];
                errors?: readonly { message: string }[];
                notJudged?: readonly { kind: string }[];
            };
            const given = pulumi === undefined ? "" : readFileSync(join(folder, "bin/args"), "utf8").trim();
            return { code, log, given, folder, ...report };
        });
    }

    for (const runtime of [
        "python",
        "go",
        "yaml",
        "dotnet",
        "java",
        "{ name: python, options: { virtualenv: venv } }",
    ]) {
        it(`is judged by what the CLI shows of it (${runtime})`, async () => {
            const {
                code,
                results = [],
                given,
                notJudged = [],
            } = await preview({ pulumi: `echo '${SHOWN}'`, runtime, args: ["--profile", "all"] });
            assert.equal(code, 1);
            assert.equal(given, "preview --stack dev --json --non-interactive");
            for (const [control, object] of FAULTS) {
                const found = apart(results).filter(
                    (one) => one.control === control && `${one.kind} ${one.name}` === object,
                );
                assert.deepEqual(
                    found.map(({ source, status }) => [source, status]),
                    [["stack dev", "violation"]],
                    control,
                );
            }
            // The CLI reads the environments of Pulumi ESC by itself.
            assert.ok(!notJudged.some(({ kind }) => kind === "Environment"));
        });
    }

    it("is not judged where there is no CLI, and the run fails", async () => {
        const { code, errors = [] } = await preview({});
        assert.equal(code, 3);
        assert.deepEqual(
            errors.map(({ message }) => message),
            ["the program's runtime is python, which the pulumi CLI previews, and that is not on the PATH"],
        );
    });

    it("fails where the CLI does: with nothing, with half a preview, with one that holds an error", async () => {
        const nothing = await preview({ pulumi: "echo error: no login >&2; exit 255" });
        assert.equal(nothing.code, 3);
        assert.match(
            nothing.errors?.[0]?.message ?? "",
            /^pulumi preview --stack dev --json --non-interactive ended with exit code 255; run it in \S+ to see why$/,
        );
        assert.deepEqual(nothing.log.slice(0, 1), ["dev: error: no login"]);
        const failed = await preview({ pulumi: `echo '${FAILED}'; exit 255` });
        assert.equal(failed.code, 2);
        assert.equal(
            failed.errors?.[0]?.message,
            "the preview ended in an error, so it does not show all that would be deployed",
        );
        assert.equal((await preview({ pulumi: `echo '${SHOWN.slice(0, 500)}'; exit 1` })).code, 2);
        // All that was planned is there, and still the CLI says that something went wrong.
        assert.equal((await preview({ pulumi: `echo '${SHOWN}'; exit 1` })).code, 3);
    });

    it("is refused by what needs more than its objects, and takes no values", async () => {
        const { code, log } = await preview({ command: "images" });
        assert.equal(code, 3);
        assert.match(
            log.join("\n"),
            /the program's runtime is python, which only the command preview judges, by the pulumi CLI/,
        );
        const render = await preview({ command: "render", args: ["--out", "/tmp/never-written"] });
        assert.notEqual(render.code, 0);
        const values = await preview({ args: ["--config", "a=b"] });
        assert.deepEqual(
            [values.code, values.log[0]],
            [
                2,
                "error: --config: the program's runtime is python, and the pulumi CLI would write the values into Pulumi.dev.yaml; set them by pulumi config set",
            ],
        );
    });
});
