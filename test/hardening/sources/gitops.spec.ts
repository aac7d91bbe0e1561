import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";

import type { ScanReport } from "../../../hardening/api";
import { scanPaths } from "../../../hardening/api";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

const CONFIG = '[remote "origin"]\n\turl = git@git.example:team/shop.git\n';
const POD = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { hostPID: true } };

function application(source: object, name = "web"): object {
    return { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name }, spec: { source } };
}
const own = (path: string, more: object = {}) => ({ repoURL: "https://git.example/team/shop", path, ...more });

function gitRepository(url: string): object {
    return {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata: { name: "flux" },
        spec: { url },
    };
}
function kustomization(path: string, more: object = {}): object {
    const spec = { path, sourceRef: { kind: "GitRepository", name: "flux" }, ...more };
    return { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata: { name: "web" }, spec };
}

/** Scans `clusters` of a checkout. */
async function scanned(
    files: Readonly<Record<string, unknown>>,
    config: string | undefined = CONFIG,
): Promise<ScanReport> {
    const texts = Object.entries(files).map(([name, content]): [string, string] => [name, JSON.stringify(content)]);
    const checkout = { ...Object.fromEntries(texts), ...(config !== "" && { ".git/config": config }) };
    let report: ScanReport | undefined;
    await withFiles(checkout as Record<string, string>, (folder) => {
        report = scanPaths([`${folder}/clusters`], { profile: "baseline" });
    });
    return report ?? assert.fail();
}

/** Pods that were judged, and objects whose own objects were not seen. */
const podsIn = ({ results }: ScanReport) =>
    results.filter(({ control }) => control === "no-host-pid").map(({ source }) => source.replace(/^.*\/(?=apps)/, ""));
const unseenIn = ({ results }: ScanReport) =>
    results.filter(({ control }) => control === "objects-are-visible").map(({ kind, status }) => `${kind} ${status}`);

describe("what Argo CD and Flux apply", () => {
    it("is read where an Application names a folder of the same checkout, and what is applied from there in turn", async () => {
        const report = await scanned({
            "clusters/prod.json": application(own("apps")),
            "apps/of-apps.json": application(own("apps/web"), "web"),
            "apps/web/pod.json": POD,
        });
        assert.deepEqual(podsIn(report), ["apps/web/pod.json"]);
        assert.deepEqual(unseenIn(report), []);
        assert.equal(report.summary.resources, 3);
        assert.deepEqual(report.errors, []);
    });

    it("is read where a Kustomization of Flux names one, by the GitRepository that it refers to", async () => {
        const files = { "clusters/sync.json": kustomization("./apps"), "apps/pod.json": POD };
        const known = await scanned({
            ...files,
            "clusters/flux.json": gitRepository("ssh://git@git.example/team/shop"),
        });
        assert.deepEqual(podsIn(known), ["apps/pod.json"]);
        assert.deepEqual(unseenIn(known), []);
        for (const report of [
            await scanned(files),
            await scanned({ ...files, "clusters/flux.json": gitRepository("https://git.example/team/other") }),
        ]) {
            assert.deepEqual(podsIn(report), []);
            assert.deepEqual(unseenIn(report), ["Kustomization unverifiable"]);
        }
    });

    it("is unverifiable where the checkout knows no address of its repository, or knows it as a submodule's alone", async () => {
        const files = { "clusters/prod.json": application(own("apps")), "apps/pod.json": POD };
        for (const config of ["[core]\n", CONFIG.replace("remote", "submodule")]) {
            const report = await scanned(files, config);
            assert.deepEqual(podsIn(report), []);
            assert.deepEqual(unseenIn(report), ["Application unverifiable"]);
        }
        const several = `[submodule "lib"]\n\turl = x\n[remote "fork"]\n\turl = "https://git.example/me/shop"\n${CONFIG}`;
        assert.deepEqual(podsIn(await scanned(files, several)), ["apps/pod.json"]);
    });

    it("is read in a worktree and a submodule by the addresses of their repository", async () => {
        const files = {
            "shop/clusters/prod.json": JSON.stringify(application(own("apps"))),
            "shop/apps/pod.json": JSON.stringify(POD),
        };
        const other = CONFIG.replace("shop", "other");
        const places: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
            ["worktrees/shop", { "main/.git/config": CONFIG, "main/.git/worktrees/shop/commondir": "../..\n" }],
            ["worktrees/shop", { "main/.git/config": other, "main/.git/worktrees/shop/commondir": "../..\n" }],
            ["modules/shop", { "main/.git/config": other, "main/.git/modules/shop/config": CONFIG }],
        ];
        const found: number[] = [];
        for (const [place, git] of places) {
            await withFiles({ ...files, ...git, "shop/.git": `gitdir: ../main/.git/${place}\n` }, (folder) => {
                found.push(podsIn(scanPaths([`${folder}/shop/clusters`], { profile: "baseline" })).length);
            });
        }
        assert.deepEqual(found, [1, 0, 1]);
    });

    it("is unverifiable in a list with one that is not seen, whatever stands beside that", async () => {
        const hydrated = { ...application({}, "hydrated"), spec: { sourceHydrator: { drySource: own("apps") } } };
        const items = [application(own("apps")), hydrated];
        const report = await scanned({
            "clusters/all.json": { apiVersion: "v1", kind: "List", items },
            "apps/pod.json": POD,
        });
        assert.deepEqual(unseenIn(report), ["Application unverifiable", "Application unverifiable"]);
    });

    it("is named from where the tool is started, as what led there is", async () => {
        const files = {
            "clusters/prod.json": JSON.stringify(application(own("apps"))),
            "apps/pod.json": JSON.stringify(POD),
            ".git/config": CONFIG,
        };
        const home = process.cwd();
        await withFiles(files, (folder) => {
            process.chdir(folder);
            try {
                const { results } = scanPaths(["clusters"], { profile: "baseline" });
                assert.deepEqual(
                    results.filter(({ control }) => control === "no-host-pid").map(({ source }) => source),
                    ["apps/pod.json"],
                );
            } finally {
                process.chdir(home);
            }
        });
    });

    it("is read of a branch alone: what stays at a commit or a release is not what the folder holds", async () => {
        const pods = { "apps/pod.json": POD };
        const read = async (files: Readonly<Record<string, unknown>>) =>
            podsIn(await scanned({ ...pods, ...files })).length;
        for (const [targetRevision, seen] of [
            ["HEAD", 1],
            ["main", 1],
            ["feature/v2", 1],
            ["v1.2.3", 0],
            ["1.*", 0],
            [">=1.0 <2", 0],
            ["refs/tags/web", 0],
            ["4f1c2ab", 0],
        ] as const) {
            const files = { "clusters/prod.json": application(own("apps", { targetRevision })) };
            assert.equal(await read(files), seen, targetRevision);
        }
        for (const [ref, seen] of [
            [{ branch: "main" }, 1],
            [{ name: "refs/heads/main" }, 1],
            [{ name: "refs/tags/v1" }, 0],
            [{ tag: "v1" }, 0],
            [{ semver: "*" }, 0],
            [{ branch: "main", commit: "4f1c2ab" }, 0],
        ] as const) {
            const repository = gitRepository("https://git.example/team/shop");
            const spec = { url: "https://git.example/team/shop", ref };
            const files = { "clusters/a.json": { ...repository, spec }, "clusters/b.json": kustomization("apps") };
            assert.equal(await read(files), seen, JSON.stringify(ref));
        }
    });

    it("is not read where Flux gives it another namespace, or a chart other files of values", async () => {
        const repository = {
            "clusters/flux.json": gitRepository("https://git.example/team/shop"),
            "apps/pod.json": POD,
        };
        for (const more of [
            { targetNamespace: "x" },
            { namePrefix: "x" },
            { commonMetadata: { labels: { a: "b" } } },
        ]) {
            const report = await scanned({ ...repository, "clusters/web.json": kustomization("apps", more) });
            assert.deepEqual(unseenIn(report), ["Kustomization unverifiable"]);
        }
        const chart = { chart: "apps", sourceRef: { kind: "GitRepository", name: "flux" }, valuesFiles: ["x.yaml"] };
        const release = {
            apiVersion: "helm.toolkit.fluxcd.io/v2",
            kind: "HelmRelease",
            metadata: { name: "web" },
            spec: { chart: { spec: chart } },
        };
        assert.deepEqual(unseenIn(await scanned({ ...repository, "clusters/web.json": release })), [
            "HelmRelease unverifiable",
        ]);
    });

    for (const [what, source] of Object.entries({
        "a chart of a registry": { repoURL: "https://charts.example", chart: "web" },
        "another repository": { repoURL: "https://git.example/team/other", path: "apps" },
        "a folder that is not there": own("gone"),
        "a folder outside the checkout": own("../../apps"),
        "a chart with values": own("apps", { helm: { values: "a: b" } }),
        "a plugin's output": own("apps", { plugin: { name: "x" } }),
    })) {
        it(`is unverifiable where it is ${what}`, async () => {
            const report = await scanned({ "clusters/prod.json": application(source), "apps/pod.json": POD });
            assert.deepEqual(podsIn(report), []);
            assert.deepEqual(unseenIn(report), ["Application unverifiable"]);
        });
    }

    it("is unverifiable where one of several sources is", async () => {
        const several = application({});
        Object.assign(several, {
            spec: { sources: [own("apps"), { repoURL: "https://charts.example", chart: "web" }] },
        });
        const report = await scanned({ "clusters/prod.json": several, "apps/pod.json": POD });
        assert.deepEqual(unseenIn(report), ["Application unverifiable"]);
    });

    it("is unverifiable outside any checkout, and where each file is a stack of its own", async () => {
        const files = {
            "clusters/prod.json": JSON.stringify(application(own("apps"))),
            "apps/pod.json": JSON.stringify(POD),
        };
        await withFiles(files, (folder) => {
            assert.deepEqual(unseenIn(scanPaths([`${folder}/clusters`])), ["Application unverifiable"]);
        });
        await withFiles({ ...files, ".git/config": CONFIG }, async (folder) => {
            const { out } = await cli(["scan", `${folder}/clusters`, "--each-file", "--format", "json"]);
            assert.deepEqual(unseenIn(JSON.parse(out) as ScanReport), ["Application unverifiable"]);
            const { out: whole } = await cli(["scan", `${folder}/clusters`, `${folder}/apps`, "--format", "json"]);
            const report = JSON.parse(whole) as ScanReport;
            assert.equal(podsIn(report).length, 1);
            assert.equal(report.summary.resources, 2);
        });
    });

    describe("by a chart of the same checkout", () => {
        const CHART = { "charts/web/Chart.yaml": { name: "web" }, "charts/web/values-prod.yaml": {} };
        const REPOSITORY = { "clusters/flux.json": gitRepository("https://git.example/team/shop") };
        /** Takes down what it was started with, and renders a pod of the name of the release. */
        const HELM = `#!/bin/sh
echo "$@" >> "$TOLD"
case "$*" in *"--values -"*) cat >> "$TOLD"; echo >> "$TOLD" ;; esac
echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"hostPID":true}}'
`;
        async function rendered(files: Readonly<Record<string, unknown>>, helm = HELM) {
            const texts = Object.entries({ ...CHART, ...files }).map(([name, content]): [string, string] => [
                name,
                JSON.stringify(content),
            ]);
            const environment = { PATH: process.env["PATH"], TOLD: process.env["TOLD"] };
            let found: { readonly told: string; readonly report: ScanReport } | undefined;
            await withFiles({ ...Object.fromEntries(texts), ".git/config": CONFIG, "bin/helm": helm }, (folder) => {
                chmodSync(`${folder}/bin/helm`, helm === "" ? 0o644 : 0o755);
                // Without one of its own there is none at all.
                const others = helm === "" ? "/nowhere" : (environment.PATH ?? "");
                Object.assign(process.env, { PATH: `${folder}/bin:${others}`, TOLD: `${folder}/told` });
                try {
                    const report = scanPaths([`${folder}/clusters`], { profile: "baseline" });
                    const told = existsSync(`${folder}/told`) ? readFileSync(`${folder}/told`, "utf8") : "";
                    found = { report, told: told.replaceAll(folder, "") };
                } finally {
                    process.env["PATH"] = environment.PATH;
                    if (environment.TOLD === undefined) {
                        delete process.env["TOLD"];
                    }
                }
            });
            return found ?? assert.fail();
        }
        const release = (spec: object) => ({
            apiVersion: "helm.toolkit.fluxcd.io/v2",
            kind: "HelmRelease",
            metadata: { name: "web" },
            spec: {
                chart: { spec: { chart: "charts/web", sourceRef: { kind: "GitRepository", name: "flux" } } },
                ...spec,
            },
        });
        const argo = (helm: object) => ({
            ...application(own("charts/web", { helm })),
            spec: { source: own("charts/web", { helm }), destination: { namespace: "shop" } },
        });

        it("is judged with the values that an Application gives it", async () => {
            const helm = {
                releaseName: "front",
                valueFiles: ["values-prod.yaml", "/common.yaml"],
                valuesObject: { image: { tag: "1" } },
                parameters: [
                    { name: "a", value: "1" },
                    { name: "b", value: "2", forceString: true },
                ],
            };
            const { told, report } = await rendered({ "clusters/prod.json": argo(helm) });
            assert.deepEqual(told.split("\n"), [
                "template --include-crds --namespace shop --values /charts/web/values-prod.yaml --values /common.yaml --values - --set a=1 --set-string b=2 front /charts/web",
                '{"image":{"tag":"1"}}',
                "",
            ]);
            assert.equal(podsIn(report).length, 1);
            assert.deepEqual(unseenIn(report), []);
        });

        it("is judged with the values that a HelmRelease gives it", async () => {
            const spec = { targetNamespace: "shop", values: { a: 1 }, install: { crds: "Skip" } };
            const { told, report } = await rendered({ ...REPOSITORY, "clusters/web.json": release(spec) });
            assert.equal(told, 'template --namespace shop --values - shop-web /charts/web\n{"a":1}\n');
            assert.equal(podsIn(report).length, 1);
            assert.deepEqual(unseenIn(report), []);
        });

        it("is not judged, with the command to type, where helm is not there; no value is told", async () => {
            const helm = { values: "password: S3cr3t", parameters: [{ name: "a", value: "S3cr3t" }] };
            const { report } = await rendered({ "clusters/prod.json": argo(helm) }, "");
            assert.deepEqual(
                report.notJudged.map(({ kind, name, reason }) => `${kind} ${name}: ${reason.replace(/\/.*\//, "")}`),
                [
                    "Chart web: helm is not on the PATH; scan what comes of: helm template --include-crds --namespace shop --values - --set a=… web web",
                ],
            );
            assert.ok(!JSON.stringify(report.notJudged).includes("S3cr3t"));
        });

        for (const [what, object] of Object.entries({
            "files of another source": argo({ valueFiles: ["$values/web.yaml"] }),
            "files out of the repository": argo({ valueFiles: ["../../../secret.yaml"] }),
            "files by address": argo({ valueFiles: ["https://example.org/values.yaml"] }),
            "parameters out of files": argo({ fileParameters: [{ name: "a", path: "b" }] }),
            "values of a Secret": release({ valuesFrom: [{ kind: "Secret", name: "a" }] }),
            "what works on the rendered objects": release({ postRenderers: [{}] }),
        })) {
            it(`is unverifiable with ${what}`, async () => {
                const { told, report } = await rendered({ ...REPOSITORY, "clusters/web.json": object });
                assert.equal(told, "");
                assert.equal(unseenIn(report).length, 1);
            });
        }
    });
});
