import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Log } from "sarif";

import { html } from "../../../hardening/formats/html";
import { markdown } from "../../../hardening/formats/markdown";
import { controls } from "../../../policies/controls";
import { profileControls } from "../../../policies/engine/profiles";
import { anchorsOf } from "../../support/anchors";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";
import { pod } from "../../support/objects";
import { EXCEPTED, finding, runOf, textOf, WAIVED } from "../../support/run";

const URL = "https://git.example.org/security/docs/controls.md?a=b&c=%20d";
const REFUSAL =
    "error: --controls-url must be an http or https address without user and fragment, in letters, digits and -._~:/%@+=,?& only";

describe("links to controls", () => {
    it("lead each rule of a SARIF log to an anchor that docs/controls.md has", async () => {
        const anchors = new Set(anchorsOf(readFileSync("docs/controls.md", "utf8")));
        await withFiles({ "pod.json": JSON.stringify(pod({}, { hostPID: true })) }, async (folder) => {
            const scan = ["scan", join(folder, "pod.json"), "--format", "sarif"];
            const { out } = await cli([...scan, "--controls-url", URL]);
            const rules = (JSON.parse(out) as Log).runs.flatMap(({ tool }) => tool.driver.rules ?? []);
            assert.ok(rules.length > profileControls(controls, "all").length);
            const links = rules.map(({ helpUri = "" }) => helpUri);
            assert.ok(links.includes(`${URL}#no-host-pid`));
            assert.deepEqual(
                links.filter((link) => !link.startsWith(`${URL}#`) || !anchors.has(link.slice(URL.length + 1))),
                [],
            );
            const plain = await cli(scan);
            assert.equal(plain.out.includes("helpUri"), false);
        });
    });

    it("stand at each control that Markdown names, where the address is known", () => {
        const findings = [finding(), finding(WAIVED), finding(EXCEPTED), finding({ status: "unverifiable" })];
        const { control } = finding();
        const link = `[\`${control}\`](${URL}#${control})`;
        const text = textOf(markdown, runOf(findings, { controlsUrl: URL }));
        assert.equal(text.split(link).length, findings.length + 1);
        assert.equal(text.replaceAll(link, "").includes(control), false);
        assert.equal(textOf(markdown, runOf(findings)).includes("]("), false);
    });

    it("stand at each finding of an HTML page, escaped", () => {
        const { control } = finding();
        const text = textOf(html, runOf([finding(), finding(WAIVED)], { controlsUrl: URL }));
        const links = [...text.matchAll(/<a href="([^"]+)"><code>([^<]+)<\/code><\/a>/g)];
        const href = `${URL.replace("&", "&#38;")}#${control}`;
        assert.deepEqual(
            links.map(([, to, name]) => [to, name]),
            [href, href].map((to) => [to, control]),
        );
    });

    it("come from the file of the project where no option says otherwise", async () => {
        const files = { "pod.json": JSON.stringify(pod({}, {})), "p.yaml": `controlsUrl: ${URL}\n` };
        await withFiles(files, async (folder) => {
            const scan = ["scan", join(folder, "pod.json"), "--format", "sarif", "--project", join(folder, "p.yaml")];
            assert.ok((await cli(scan)).out.includes(`"helpUri": "${URL}#no-host-pid"`));
            const own = await cli([...scan, "--controls-url", "http://docs.example.org/c"]);
            assert.ok(own.out.includes('"helpUri": "http://docs.example.org/c#no-host-pid"'));
        });
    });

    for (const [what, address] of Object.entries({
        "that is none": "docs/controls.md",
        "of a script": "javascript:alert(1)",
        "with a password, which is not repeated": "https://me:hunter2@git.example.org/controls.md",
        "with nothing but a password": "https://:hunter2@git.example.org/controls.md",
        "with a fragment": "https://git.example.org/controls.md#a",
        "that ends a link of Markdown": "https://git.example.org/a)b",
        "that ends an attribute of HTML": 'https://git.example.org/"b',
        "with a space": "https://git.example.org/a b",
    })) {
        it(`are refused an address ${what}`, async () => {
            const { code, log } = await cli(["scan", "--controls-url", address, "none.yaml"]);
            assert.deepEqual([code, log[0]], [2, REFUSAL]);
        });
    }
});
