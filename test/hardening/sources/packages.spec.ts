import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";

import fc from "fast-check";

import type { Package } from "../../../hardening/sources/packages";
import { readManifests, readPackage } from "../../../hardening/sources/manifests";
import { withFiles } from "../../support/files";

const POD = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;
const REPOSITORY = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\n",
    "chart/values.yaml": "a: b\n",
    "chart/templates/pod.yaml": "kind: {{ .Values.kind }}\n",
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD("base"),
    "overlay/kustomization.yml":
        "resources: [../base]\npatches: [{path: patch.yaml}]\nconfigMapGenerator: [{files: [k=v.yaml]}]\n",
    "overlay/patch.yaml": "spec: {}\n",
    "overlay/v.yaml": "a: b\n",
    "overlay/beside.yaml": POD("beside"),
};

/** What is seen of a folder while only the given programs are on the PATH. */
async function seen(programs: Readonly<Record<string, string>>, options: { linksOut?: boolean } = {}) {
    const scripts = Object.entries(programs).map(([name, script]) => [`bin/${name}`, `#!/bin/sh\n${script}\n`]);
    const files = Object.entries(REPOSITORY).map(([name, text]) => [`repository/${name}`, text]);
    return withFiles(Object.fromEntries([...scripts, ...files]) as Record<string, string>, (folder) => {
        Object.keys(programs).forEach((name) => chmodSync(`${folder}/bin/${name}`, 0o755));
        const path = process.env["PATH"];
        process.env["PATH"] = `${folder}/bin`;
        try {
            const read = [...readManifests([`${folder}/repository`], options)];
            const short = (text: string) => text.replaceAll(`${folder}/repository/`, "");
            return {
                objects: read.flatMap(({ resources }) =>
                    resources.map(({ props, source }) => [
                        short(source),
                        (props["metadata"] as { readonly name: string }).name,
                    ]),
                ),
                failures: read.flatMap(({ failures }) => failures.map(({ message }) => short(message))),
                notJudged: read.flatMap(({ notJudged = [] }) =>
                    notJudged.map(({ kind, name, reason }) => `${kind} ${name}: ${short(reason)}`),
                ),
            };
        } finally {
            process.env["PATH"] = path;
        }
    });
}

describe("charts and kustomizations among manifests", () => {
    const pod = (name: string) => `echo '${POD(name).trim().replaceAll("\n", "'; echo '")}'`;

    it("are built by their programs, and their parts are not read by themselves", async () => {
        assert.deepEqual(await seen({ helm: pod("chart"), kubectl: pod("built") }), {
            objects: [
                ["overlay", "built"],
                ["chart", "chart"],
                ["overlay/beside.yaml", "beside"],
            ],
            failures: [],
            notJudged: [],
        });
    });

    it("are named with the command that builds them where there is no program, one line each", async () => {
        assert.deepEqual(await seen({}), {
            objects: [
                ["base/pod.yaml", "base"],
                ["overlay/beside.yaml", "beside"],
            ],
            failures: [],
            notJudged: [
                "Kustomization overlay: kustomize is not on the PATH; scan what comes of: kustomize build overlay",
                "Chart chart: helm is not on the PATH; scan what comes of: helm template --include-crds chart chart",
            ],
        });
    });

    it("are released by a name that helm takes, which is the folder's own where it is one", () => {
        const path = process.env["PATH"];
        process.env["PATH"] = "";
        const nameOf = (folder: string): string => {
            const reason = readPackage({ kind: "Chart", folder }, {}).notJudged?.[0]?.reason ?? "";
            return /--include-crds (\S+) /.exec(reason)?.[1] ?? reason;
        };
        try {
            const allowed = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
            fc.assert(
                fc.property(fc.string({ unit: "binary", minLength: 1 }), (folder) => {
                    const name = nameOf(`charts/${folder}`);
                    assert.match(name, allowed);
                    assert.ok(name.length <= 53);
                }),
            );
            fc.assert(
                fc.property(fc.stringMatching(allowed, { maxLength: 53 }), (folder) => {
                    assert.equal(nameOf(`charts/${folder}`), folder);
                }),
            );
            assert.deepEqual(["charts/My_Chart", "charts/...", `charts/${"a".repeat(60)}`].map(nameOf), [
                "my-chart",
                "release",
                "a".repeat(53),
            ]);
        } finally {
            process.env["PATH"] = path;
        }
    });

    /** The words that a program is given to build a package. */
    const given = (program: string, made: Package): Promise<readonly string[]> =>
        withFiles({ [`bin/${program}`]: '#!/bin/sh\nprintf "%s\\n" "$@" >"${0%/*}/words"\n' }, (folder) => {
            chmodSync(`${folder}/bin/${program}`, 0o755);
            const path = process.env["PATH"];
            process.env["PATH"] = `${folder}/bin`;
            try {
                readPackage(made, {});
                return readFileSync(`${folder}/bin/words`, "utf8").trimEnd().split("\n");
            } finally {
                process.env["PATH"] = path;
            }
        });
    const RELEASE = { namespace: "", valueFiles: [], values: undefined, parameters: [], skipCrds: true };

    it("are built without a name of theirs being taken for an option or an address", async () => {
        const folder = "--post-renderer=evil";
        assert.deepEqual(await given("helm", { kind: "Chart", folder }), [
            "template",
            "--include-crds",
            "post-renderer-evil",
            `./${folder}`,
        ]);
        const release = { ...RELEASE, name: "--post-renderer=/bin/evil" };
        assert.deepEqual(await given("helm", { kind: "Chart", folder: "../web", release }), [
            "template",
            "--",
            "--post-renderer=/bin/evil",
            "../web",
        ]);
        for (const [program, command] of [
            ["kustomize", "build"],
            ["kubectl", "kustomize"],
        ] as const) {
            for (const named of ["-x", "github.com/owner/name", "...", "/web", "."]) {
                assert.deepEqual(await given(program, { kind: "Kustomization", folder: named }), [
                    command,
                    /^(?:\/web|\.)$/.test(named) ? named : `./${named}`,
                ]);
            }
        }
    });

    it("are named with a command that a shell takes as it is, and that tells no value", () => {
        const path = process.env["PATH"];
        process.env["PATH"] = "";
        const release = {
            ...RELEASE,
            name: "web",
            namespace: "of mine",
            parameters: [{ name: "a b", value: "S3cr3t", isText: false }],
        };
        let reason: string;
        try {
            const read = readPackage({ kind: "Chart", folder: "it's mine/a=b; $(c)", release }, {});
            reason = read.notJudged?.[0]?.reason ?? "";
        } finally {
            process.env["PATH"] = path;
        }
        const command = reason.replace(/^.*comes of: helm /, "");
        const words = ["template", "--namespace", "of mine", "--set", "a b=…", "web", "./it's mine/a=b; $(c)"];
        assert.deepEqual(
            execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" }),
            `${words.join("\n")}\n`,
        );
    });

    it("are named where their programs fail, without what those say", async () => {
        const { notJudged, objects } = await seen({ helm: "echo S3cr3t >&2; exit 1", kustomize: "exit 1" });
        assert.deepEqual(
            notJudged.map((line) => line.replace(/;.*/, "")),
            ["Kustomization overlay: kustomize fails on it", "Chart chart: helm fails on it"],
        );
        assert.deepEqual(objects[0], ["base/pod.yaml", "base"]);
    });

    it("are not changed: what a kustomization takes in is, a chart is not", async () => {
        const { failures, objects } = await seen({ helm: pod("chart"), kubectl: pod("built") }, { linksOut: false });
        assert.deepEqual(failures, ["is a Helm chart, whose templates can't be changed"]);
        assert.deepEqual(
            objects.map(([, name]) => name),
            ["base", "beside"],
        );
    });
});
