import { strict as assert } from "node:assert";

import { madeBy } from "../../../hardening/sources/program/made";
import { withFiles } from "../../support/files";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";
const resource = (type: string, props: Record<string, unknown> = {}) => ({
    ...{ source: "stack dev", document: 0, urn: "urn:pulumi:dev::shop::x::y" },
    ...{ type, props },
});
const GROUP = "kubernetes:yaml/v2:ConfigGroup";

describe("what a resource of a program makes", () => {
    function made(type: string, props: Record<string, unknown>, directory = ".", remote = true): readonly string[] {
        return madeBy(resource(type, props), remote, directory).map(({ type: of, opaque }) => opaque ?? of);
    }

    it("is what the texts of a group hold, its objects and its files", async () => {
        await withFiles({ "a.yaml": POD, "b.yaml": POD }, (folder) => {
            assert.deepEqual(
                made(GROUP, { yaml: POD, objs: [{ apiVersion: "v1", kind: "Service" }], files: ["*.yaml"] }, folder),
                [...Array<string>(3).fill("kubernetes:core/v1:Pod"), "kubernetes:core/v1:Service"],
            );
            assert.deepEqual(made("kubernetes:yaml/v2:ConfigFile", { file: "a.yaml" }, folder), [
                "kubernetes:core/v1:Pod",
            ]);
        });
    });

    it("is hidden where a text can't be read, is elsewhere or is not known yet", () => {
        const unknown = {
            get yaml(): string {
                throw Object.assign(new Error(), { unknownTypeSentinel: "unknown", props: [] });
            },
        };
        assert.deepEqual(made(GROUP, { yaml: "a: [" }), [
            "its yaml can't be read: line 1: a value is missing here, or the indentation does not fit",
        ]);
        assert.deepEqual(made(GROUP, { yaml: "a: b" }), ["its yaml holds what is no Kubernetes object"]);
        assert.deepEqual(made(GROUP, { files: ["https://example.org/a.yaml", "none.yaml"] }), [
            "the file https://example.org/a.yaml is fetched when it is deployed and is not seen",
            "the file none.yaml does not exist",
        ]);
        assert.deepEqual(made(GROUP, unknown), ["its texts are not known before deployment"]);
        assert.deepEqual(made(GROUP, {}), ["it names nothing to deploy"]);
    });

    it("is hidden for charts, kustomizations and remote components", () => {
        for (const type of ["kubernetes:helm.sh/v4:Chart", "kubernetes:kustomize/v2:Directory", "shop:index:Web"]) {
            assert.match(made(type, {}).join(), /not seen$/, type);
        }
        assert.deepEqual(made("shop:index:Web", {}, ".", false), []);
    });
});
