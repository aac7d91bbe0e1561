import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

import { CrdError, parseCrds, readCrds, REQUIRED_CRDS } from "../../../components/external-secrets/crds";
import { withFiles } from "../../support/files";

function definition(name: string): string {
    return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\nspec: {}\n`;
}

const COMPLETE = REQUIRED_CRDS.map(definition).join("---\n");

function faultsOf(read: () => unknown): readonly string[] {
    try {
        read();
    } catch (error) {
        assert.ok(error instanceof CrdError);
        return error.faults;
    }
    return [];
}

describe("External Secrets' definitions", () => {
    it("are none where the cluster has them already", () => {
        assert.deepEqual(readCrds({ source: "preinstalled" }), []);
    });

    it("are read from a file", () =>
        withFiles({ "crds.yaml": COMPLETE }, (folder) => {
            assert.deepEqual(
                readCrds({ source: "path", path: join(folder, "crds.yaml") }).map(({ metadata }) => metadata.name),
                ["externalsecrets.external-secrets.io", "secretstores.external-secrets.io"],
            );
        }));

    it("are taken from the web only with the content that was pinned, and only once", () =>
        withFiles({}, (folder) => {
            const cwd = process.cwd();
            process.chdir(folder);
            try {
                const sha256 = createHash("sha256").update(COMPLETE).digest("hex");
                const settings = { source: "url", url: "https://example.org/crds.yaml", sha256 } as const;
                let downloads = 0;
                const download = () => {
                    downloads++;
                    return COMPLETE;
                };
                assert.equal(readCrds(settings, download).length, 2);
                assert.equal(readCrds(settings, download).length, 2);
                assert.equal(downloads, 1);
                assert.deepEqual(
                    faultsOf(() => readCrds({ ...settings, sha256: "0".repeat(64) }, download)),
                    [`https://example.org/crds.yaml: has the SHA-256 checksum ${sha256}, expected ${"0".repeat(64)}`],
                );
            } finally {
                process.chdir(cwd);
            }
        }));

    it("are refused when the address does not answer", () => {
        const settings = { source: "url", url: "https://127.0.0.1:1/crds.yaml", sha256: "1".repeat(64) } as const;
        assert.deepEqual(
            faultsOf(() => readCrds(settings)),
            ["https://127.0.0.1:1/crds.yaml: can't be downloaded (fetch failed)"],
        );
    });

    it("are refused when one is missing or is something else, all at once", () => {
        const wrong = `${definition("secretstores.external-secrets.io")}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n`;
        assert.deepEqual(
            faultsOf(() => parseCrds(wrong, "crds.yaml")),
            [
                "crds.yaml: document 2 must be a CustomResourceDefinition of apiextensions.k8s.io/v1, found ConfigMap of v1",
                "crds.yaml: holds no definition of externalsecrets.external-secrets.io",
            ],
        );
    });

    it("are refused when a document is no object, or a definition has no name", () => {
        const nameless = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {}\n";
        assert.deepEqual(
            faultsOf(() => parseCrds(`${COMPLETE}---\n${nameless}---\n- a\n---\n`, "crds.yaml")),
            [
                "crds.yaml: document 3 has no metadata.name",
                "crds.yaml: document 4 must be a CustomResourceDefinition of apiextensions.k8s.io/v1, found no object",
            ],
        );
    });

    it("are refused with the line where they stop being YAML", () => {
        assert.deepEqual(
            faultsOf(() => parseCrds("a: b\n  c: d\n", "crds.yaml")),
            ["crds.yaml:2: bad indentation of a mapping entry"],
        );
    });
});
