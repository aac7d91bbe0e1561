import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { dump } from "js-yaml";

import type { Finding } from "../../hardening/findings";
import { typeToken } from "../../policies/kubernetes/resource";
import { engineEnvironment, missingPrograms, searchPath, skipNote } from "../engine/cli";
import { findBinary } from "../support/binary";
import { FAULTS, FAULTY } from "../support/seeded-faults";
import {
    comparedWithPlan,
    DOCUMENTS,
    linesOf,
    MANIFESTS,
    PRODUCERS,
    TYPED_PLAN,
    violationsOf,
} from "../support/seeded-producers";
import { install, pack, project, runProgram, scratch, write } from "./support";

/** A report, as far as it is looked at here. */
interface Report {
    readonly code: number;
    readonly results: readonly Finding[];
    readonly errors: readonly { readonly message: string }[];
    readonly notJudged: readonly { readonly kind: string; readonly name: string; readonly reason: string }[];
}

/** A folder that charts and kustomizations are told by, with the same objects in it. */
const CHART = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    ...Object.fromEntries(DOCUMENTS.map((text, index) => [`templates/${index}.yaml`, text])),
};
const KUSTOMIZATION = {
    "kustomization.yaml": dump({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: ["shop.yaml"],
    }),
    "shop.yaml": MANIFESTS,
};

/** The program that makes the objects, in YAML. */
const YAML_PROGRAM = dump(
    {
        name: "shop",
        runtime: "yaml",
        resources: Object.fromEntries(
            FAULTY.map((manifest) => {
                const { apiVersion, kind, ...properties } = manifest;
                return [kind, { type: typeToken(apiVersion, kind), properties }];
            }),
        ),
    },
    // The language knows no aliases.
    { noRefs: true },
);

/** The same in Python, whose SDK takes the fields of objects as the API writes them where they are given as dictionaries. */
const PYTHON_PROGRAM = `import json
import pulumi
import pulumi_kubernetes as k8s

GROUPS = {"apps/v1": k8s.apps.v1, "v1": k8s.core.v1, "networking.k8s.io/v1": k8s.networking.v1, "rbac.authorization.k8s.io/v1": k8s.rbac.v1}
NAMES = {"roleRef": "role_ref", "automountServiceAccountToken": "automount_service_account_token"}
for manifest in json.load(open("objects.json")):
    made = getattr(GROUPS[manifest.pop("apiVersion")], manifest["kind"])
    made(manifest.pop("kind"), **{NAMES.get(name, name): value for name, value in manifest.items()})
`;

const CLI = ["pulumi", "pulumi-resource-kubernetes"];
interface Language {
    readonly language: string;
    /** What has to be on the PATH. */
    readonly programs: readonly string[];
    /** Python that fails where a module is not installed. */
    readonly modules?: string;
    readonly files: Readonly<Record<string, string>>;
}

const LANGUAGES: readonly Language[] = [
    { language: "YAML", programs: [...CLI, "pulumi-language-yaml"], files: { "Pulumi.yaml": YAML_PROGRAM } },
    {
        language: "Python",
        programs: [...CLI, "pulumi-language-python", "pulumi-language-python-exec"],
        modules: "import pulumi, pulumi_kubernetes",
        files: {
            "Pulumi.yaml": "name: shop\nruntime: python\n",
            "__main__.py": PYTHON_PROGRAM,
            "objects.json": JSON.stringify(FAULTY),
        },
    },
];

describe("The tool as a package, installed alone", function () {
    this.timeout(900_000);
    const folder = scratch();
    const nothing = join(folder, "nothing");
    const consumer = join(folder, "consumer");
    let expected: readonly string[];

    before(async () => {
        const { tarball } = await pack("hardening", folder);
        mkdirSync(nothing);
        project(consumer, {});
        await install(consumer, [tarball]);
        const { code, results, errors, notJudged } = await scan("shop.yaml", MANIFESTS);
        assert.deepEqual([code, errors, notJudged], [1, [], []]);
        expected = linesOf(results);
    });

    /** Runs the installed tool, with nothing else on the PATH unless said otherwise. */
    async function judged(args: readonly string[], env: NodeJS.ProcessEnv = { PATH: nothing }): Promise<Report> {
        const tool = join(consumer, "node_modules/@x0tta6bl4/hardening/bin/hardening");
        const report = join(consumer, "report.json");
        const options = ["--profile", "all", "--format", "json", "--out", report];
        const { code, output } = await runProgram(process.execPath, [tool, ...args, ...options], {
            cwd: consumer,
            env,
        });
        assert.ok(code === 0 || code === 1, output);
        return { code, ...(JSON.parse(readFileSync(report, "utf8")) as Omit<Report, "code">) };
    }

    async function scan(file: string, text: string): Promise<Report> {
        writeFileSync(join(consumer, file), text);
        return judged(["scan", file]);
    }

    it("finds each of the twenty seeded faults in plain manifests", () => {
        for (const fault of FAULTS) {
            assert.equal(violationsOf(expected, fault), 1, fault[0]);
        }
    });

    for (const [producer, text] of Object.entries(PRODUCERS)) {
        it(`finds the same in ${producer}`, async () => {
            const { code, results, errors, notJudged } = await scan(`${producer}.json`, text);
            assert.deepEqual([code, errors, notJudged], [1, [], []]);
            assert.deepEqual(linesOf(results), expected);
        });
    }

    it("finds the faults in a Terraform plan of the provider's own types, and passes over nothing", async () => {
        const { code, results, errors, notJudged } = await scan("plan.json", TYPED_PLAN);
        assert.deepEqual([code, errors, notJudged], [1, [], []]);
        const lines = linesOf(results);
        assert.deepEqual(comparedWithPlan(expected, lines), { invented: [], silent: [] });
        for (const fault of FAULTS) {
            assert.equal(violationsOf(lines, fault), 1, fault[0]);
        }
    });

    // What a kustomization takes in is manifests by itself; what a chart holds is not.
    for (const { kind, files, program, command, builders, alone } of [
        {
            kind: "Chart",
            files: CHART,
            program: "helm",
            command: "helm template --include-crds chart ./Chart",
            builders: ["helm"],
            alone: () => [],
        },
        {
            kind: "Kustomization",
            files: KUSTOMIZATION,
            program: "kustomize",
            command: "kustomize build ./Kustomization",
            builders: ["kustomize", "kubectl"],
            alone: () => expected,
        },
    ]) {
        it(`names a ${kind.toLowerCase()} as not judged, with the command that builds it, where ${program} is not installed`, async () => {
            write(join(consumer, kind), files);
            const { code, results, errors, notJudged } = await judged(["scan", kind]);
            assert.deepEqual([code, errors, linesOf(results)], [alone().length > 0 ? 1 : 0, [], alone()]);
            assert.deepEqual(
                notJudged.map((one) => [one.kind, one.reason]),
                [[kind, `${program} is not on the PATH; scan what comes of: ${command}`]],
            );
            assert.equal((await judged(["scan", "--strict", kind])).code, 1);
        });

        const hasBuilder = builders.some((builder) => findBinary(builder, searchPath()) !== undefined);
        it(`finds the same in a ${kind.toLowerCase()}${hasBuilder ? "" : ` (skipped: no ${builders.join(" or ")} on the PATH)`}`, async function () {
            if (!hasBuilder) {
                this.skip();
            }
            write(join(consumer, kind), files);
            const { code, results, errors, notJudged } = await judged(["scan", kind], { PATH: process.env["PATH"] });
            assert.deepEqual([code, errors, notJudged], [1, [], []]);
            assert.deepEqual(linesOf(results), expected);
        });
    }

    for (const { language, programs, modules, files } of LANGUAGES) {
        const lacks = modules !== undefined && spawnSync("python3", ["-c", modules]).status !== 0;
        const note = skipNote(programs) || (lacks ? ` (skipped: python3 can't ${modules})` : "");
        it(`finds the faults in a ${language} program, by the official CLI${note}`, async function () {
            if (missingPrograms(programs).length > 0 || lacks) {
                this.skip();
            }
            const place = join(folder, language);
            mkdirSync(join(place, "state"), { recursive: true });
            write(place, files);
            const env = {
                ...engineEnvironment(join(place, "home")),
                PULUMI_BACKEND_URL: `file://${join(place, "state")}`,
                PULUMI_CONFIG_PASSPHRASE: "only for a test",
                // There is no cluster, so the provider judges nothing by itself.
                KUBECONFIG: join(place, "no-cluster"),
            };
            const pulumi = findBinary("pulumi", searchPath()) ?? "";
            const made = await runProgram(pulumi, ["stack", "init", "dev"], { cwd: place, env });
            assert.equal(made.code, 0, made.output);
            const { code, results, errors } = await judged(["preview", "-C", place, "--stack", "dev"], env);
            assert.deepEqual([code, errors], [1, []]);
            const lines = linesOf(results);
            for (const fault of FAULTS) {
                assert.equal(violationsOf(lines, fault), 1, fault[0]);
            }
        });
    }
});
