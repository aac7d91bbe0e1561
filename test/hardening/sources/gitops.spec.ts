import assert from "node:assert/strict";

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

    it("is read where the checkout knows no address of its repository", async () => {
        const files = { "clusters/prod.json": application(own("apps")), "apps/pod.json": POD };
        assert.deepEqual(podsIn(await scanned(files, "[core]\n")), ["apps/pod.json"]);
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
});
